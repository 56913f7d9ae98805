"""The catalogues: `en` for every sentence of ours, `zh` for what the libraries say in English."""
