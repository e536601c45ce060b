# filled below
demo() { die "the demo is not there yet"; }
