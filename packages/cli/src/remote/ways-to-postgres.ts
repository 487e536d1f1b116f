/** What to type where there is no Postgres yet. */
import { randomBytes } from "node:crypto";

/** Bytes of the password that the lines below make up: more than anybody guesses. */
const PASSWORD_BYTES = 12;

/**
 * Returns the three shortest ways to have a Postgres, and how to go on. Each line works as it is copied: it has a new
 * password, which is on no command line that `ps` would show.
 */
export function waysToPostgres(what: string): string {
  const password = randomBytes(PASSWORD_BYTES).toString("hex");
  return `${what}
Any Postgres from 13 on will do. The three shortest ways to have one:

  with Docker
    export POSTGRES_PASSWORD=${password}
    docker run -d --name ablate -p 127.0.0.1:5432:5432 -e POSTGRES_USER=ablate -e POSTGRES_PASSWORD postgres:17

  on Debian and Ubuntu
    sudo apt install -y postgresql
    echo "create role ablate login password '${password}'; create database ablate owner ablate" | sudo -u postgres psql

  without root, from conda-forge
    conda create -y -n postgres -c conda-forge postgresql && conda activate postgres
    echo ${password} | initdb -D ~/ablate-pg -U ablate -A scram-sha-256 --pwfile=/dev/stdin
    pg_ctl -D ~/ablate-pg -l ~/ablate-pg.log start && PGPASSWORD=${password} createdb -h localhost -U ablate ablate

Then go on in two terminals of this machine, with this in both of them:
    export ABLATE_ON=postgres://ablate:${password}@localhost/ablate
    ablate run CONFIG --on    # in one: it hands out runs and stores what comes of them
    ablate worker             # in the other: it trains them

These three answer to this machine alone. Another one reaches them by
\`ssh -R 5432:localhost:5432 MACHINE\`; docs/machines.md has Slurm, Kubernetes and TLS.
`;
}
