"""What verify.sh gives a real Flink, and how it compares what comes out (tests/Fixtures/reading-cleansing)."""
import base64
import datetime
import json
import pathlib
import struct
import sys

from script import read_properties, resolve

HERE = pathlib.Path(__file__).resolve().parent
TESTS = HERE.parent.parent / "tests"
BODY = "-- JOB:"  # from here on the script does not depend on its source and sinks

TABLES = """
SET 'execution.runtime-mode' = 'streaming';
SET 'parallelism.default' = '1';
SET 'table.dml-sync' = 'true';
SET 'table.exec.state.ttl' = '{state} ms';

CREATE TEMPORARY TABLE readings (
  body BYTES,
  arrival_ms BIGINT,
  arrival AS TO_TIMESTAMP_LTZ(arrival_ms, 3),
  WATERMARK FOR arrival AS arrival - INTERVAL '1' SECOND
) WITH ('connector' = 'filesystem', 'path' = 'file://{folder}/in', 'format' = 'json');

CREATE TEMPORARY TABLE cleansed (
  device STRING, metric STRING, `time` STRING, `value` DOUBLE, unit STRING, tags MAP<STRING, STRING>
) WITH ('connector' = 'filesystem', 'path' = 'file://{folder}/cleansed', 'format' = 'json');

CREATE TEMPORARY TABLE rejected (
  reason STRING, detail STRING, payload STRING, encoding STRING, device STRING, metric STRING, arrival STRING
) WITH ('connector' = 'filesystem', 'path' = 'file://{folder}/rejected', 'format' = 'json');

CREATE TEMPORARY TABLE rejected_bytes (
  reason STRING, detail STRING, payload BYTES, encoding STRING, arrival STRING
) WITH ('connector' = 'filesystem', 'path' = 'file://{folder}/rejected_bytes', 'format' = 'json');

"""


def fixture(name):
    lines = (TESTS / "Fixtures" / "reading-cleansing" / name / "readings.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def data(reading):
    return base64.b64decode(reading["base64"]) if "base64" in reading else reading["data"].encode()


def milliseconds(text):
    moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1000)


def prepare(name, folder):
    (folder / "in").mkdir(parents=True)
    with open(folder / "in" / "readings.json", "w", encoding="utf-8") as source:
        for reading in fixture(name):
            record = {"body": base64.b64encode(data(reading)).decode(), "arrival_ms": milliseconds(reading["arrival"])}
            source.write(json.dumps(record) + "\n")
    properties = read_properties(TESTS / "ReadingCleansing.Tests" / "expected" / f"properties.{name}.verified.json")
    job = resolve((HERE / "job.sql").read_text(encoding="utf-8"), properties)
    tables = TABLES.format(folder=folder, state=properties["Rules"]["stateMillis"])
    (folder / "job.sql").write_text(tables + job[job.index(BODY):], encoding="utf-8")


def cleansed(reading):
    tags = sorted((reading.get("tags") or {}).items())
    return ("cleansed", reading["device"], reading["metric"], reading["time"], struct.pack(">d", reading["value"] + 0.0),
            reading.get("unit"), tuple(tags))


def rejected(reading):
    return ("rejected", reading["reason"], reading.get("device"), reading.get("metric"), reading["arrival"],
            reading["encoding"], reading["payload"])


def expected(reading):
    if "cleansed" in reading:
        return cleansed(reading["cleansed"])
    try:
        payload, encoding = data(reading).decode(), "utf-8"
    except UnicodeDecodeError:
        payload, encoding = base64.b64encode(data(reading)).decode(), "base64"
    return rejected({**reading["rejected"], "arrival": reading["arrival"], "payload": payload, "encoding": encoding})


def actual(folder):
    for table, read in (("cleansed", cleansed), ("rejected", rejected), ("rejected_bytes", rejected)):
        for file in sorted((folder / table).rglob("*")):
            if file.is_file() and not file.name.startswith((".", "_")):
                yield from (read(json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines() if line)


def compare(name, folder):
    wanted, got = sorted(map(repr, map(expected, fixture(name)))), sorted(map(repr, actual(folder)))
    for one in sorted(set(wanted) - set(got)):
        print(f"missing     {one}")
    for one in sorted(set(got) - set(wanted)):
        print(f"unexpected  {one}")
    print(f"{name}: {len(got)} of {len(wanted)} readings, {'equal' if got == wanted else 'DIFFERENT'}")
    return got == wanted


if __name__ == "__main__":
    command, name, folder = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    if command == "prepare":
        prepare(name, folder)
    else:
        sys.exit(0 if compare(name, folder) else 1)
