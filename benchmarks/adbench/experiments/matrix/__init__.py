"""`adbench matrix`: every design, loaded, written to, asked, and both at once, on the same events, in turn.

    plan          what is measured, and how long each part may take
    expected      the right answers, from the generator's arrays
    sources       the events: the lab's, or a user's own
    own           a user's own: what to ask of them, and what a result may say
    databases     built slice by slice, settled, copied
    cold          caches emptied, for reports on a server that has just started
    turns         one variant's turn: asking, writing, both at once
    open_model    requests on schedule
    size          what is finished at one size, what has failed, and the budget
    phases        turns in rotating order, until each cell has its numbers or a reason why not
    measurements  rounds into numbers
    checkpoint    a folder with a file for each finished cell, from which an interrupted run goes on
    explain       what PostgreSQL does for a report: buffers and the shape of the query plan
    outcome       cells into a result, and a table
    advice        a result into a recommendation
    run           all of it

Why the service is left out: HTTP and decoding cost the same in every design, and on two cores they would hide
half of what the designs differ in (docs/decisions/0040-matrix-without-http.md).
"""
