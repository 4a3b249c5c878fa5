"""What is accepted: envelopes with their conversation and cost, put on the queue all or none, once each."""
