"""`outbound dashboard`: one page over the same operations as the command line, for a browser.

`server` listens, `guard` decides who may ask for what, `routes` names every question and act, `reading` and `acting`
answer them. The page itself lies in `static`: nothing is built, and nothing comes from elsewhere.
"""
