"""One module for each verb of `outbound`; each holds it as `verb`."""
