"""Facts of other authorities, and the regions and offices that every row hangs on."""
