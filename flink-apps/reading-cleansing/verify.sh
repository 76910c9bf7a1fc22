#!/usr/bin/env bash
# Runs the job's SQL in a real Flink over the readings that the C# engine passes, and compares what comes out:
#   FLINK_HOME=/opt/flink-2.2.0 flink-apps/reading-cleansing/verify.sh
# Needs Java and python3, no connector and no network: readings come from a file and end in files.
set -euo pipefail
: "${FLINK_HOME:?expected the folder of a Flink 1.20 or 2.x distribution}"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap '"$FLINK_HOME/bin/stop-cluster.sh" >/dev/null; rm -rf "$work"' EXIT
"$FLINK_HOME/bin/start-cluster.sh"
failed=0
for fixture in open closed; do
  python3 -B "$here/verify.py" prepare "$fixture" "$work/$fixture"
  "$FLINK_HOME/bin/sql-client.sh" -f "$work/$fixture/job.sql"
  python3 -B "$here/verify.py" compare "$fixture" "$work/$fixture" || failed=1
done
exit $failed
