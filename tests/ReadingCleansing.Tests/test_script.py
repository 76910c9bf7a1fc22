"""python3 -m unittest: the runner without Flink."""
import contextlib
import json
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
JOB = HERE.parent.parent / "flink-apps" / "reading-cleansing"
sys.path.insert(0, str(JOB))
sys.dont_write_bytecode = True

import verify  # noqa: E402
from script import Plan, at_endpoint, read_properties, resolve, split  # noqa: E402


class Placeholders(unittest.TestCase):
    def test_a_value_keeps_its_quotes_as_text(self):
        self.assertEqual("'it''s'", resolve("'${Group.a.key}'", {"Group": {"a.key": "it's"}}))

    def test_an_expression_is_put_in_as_it_is(self):
        self.assertEqual("CASE WHEN 'a' END", resolve("${Rules.unit}", {"Rules": {"unit": "CASE WHEN 'a' END"}}))

    def test_parts_are_put_together_in_their_order(self):
        parts = {f"tags.{part}": str(part % 10) for part in range(12)}
        self.assertEqual("012345678901", resolve("${Rules.tags}", {"Rules": parts}))

    def test_one_that_is_not_there_is_named(self):
        with self.assertRaisesRegex(KeyError, "Streams.readings.arn"):
            resolve("${Streams.readings.arn}", {"Streams": {}})

    def test_properties_are_read_as_the_service_writes_them(self):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder) / "properties.json"
            file.write_text(json.dumps([{"PropertyGroupId": "a", "PropertyMap": {"b": "c"}}]), encoding="utf-8")
            self.assertEqual({"a": {"b": "c"}}, read_properties(file))


class Statements(unittest.TestCase):
    def test_end_at_a_semicolon_that_is_no_text_identifier_or_comment(self):
        self.assertEqual(
            ["SELECT ';', 'it''s;', `a;b`", "SELECT 2"],
            split("SELECT ';', 'it''s;', `a;b` -- ;\n; /* ; */ SELECT 2;"))

    def test_that_do_not_end_are_refused(self):
        with self.assertRaisesRegex(ValueError, "SELECT 1"):
            split("SELECT 1")

    def test_of_another_kind_are_refused(self):
        with self.assertRaisesRegex(ValueError, "DROP TABLE a"):
            Plan("DROP TABLE a;")

    def test_settings_come_before_definitions(self):
        with self.assertRaisesRegex(ValueError, "before the first definition"):
            Plan("CREATE TABLE a (b INT); SET 'a' = 'b'; INSERT INTO a VALUES (1);")

    def test_both_forms_of_a_statement_set_are_one(self):
        for begin in ("EXECUTE STATEMENT SET BEGIN", "BEGIN STATEMENT SET;"):
            plan = Plan(f"{begin}\nINSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;")
            self.assertEqual(["INSERT INTO a SELECT 1", "INSERT INTO b SELECT 2"], plan.inserts)


class Endpoints(unittest.TestCase):
    def test_streams_are_moved_and_only_sinks_told_how_to_speak(self):
        moved = at_endpoint(Plan("""
            CREATE TABLE a (b INT) WITH ('connector' = 'kinesis', 'format' = 'raw');
            CREATE TEMPORARY TABLE c (d INT) WITH ('connector' = 'kinesis', 'format' = 'json');
            CREATE VIEW e AS SELECT b FROM a;
            INSERT INTO c SELECT b FROM e;"""), "http://127.0.0.1:4566")
        self.assertEqual([
            "CREATE TABLE a (b INT) WITH ('aws.endpoint' = 'http://127.0.0.1:4566', 'connector' = 'kinesis', 'format' = 'raw')",
            "CREATE TEMPORARY TABLE c (d INT) WITH ('aws.endpoint' = 'http://127.0.0.1:4566', 'connector' = 'kinesis', "
            "'sink.http-client.protocol.version' = 'HTTP1_1', 'format' = 'json')",
            "CREATE VIEW e AS SELECT b FROM a",
        ], moved)


class Job(unittest.TestCase):
    def test_every_placeholder_is_resolved_to_the_rendered_job(self):
        for name in ("open", "closed"):
            rendered = (HERE / "expected" / f"job.{name}.verified.sql").read_text(encoding="utf-8")
            properties = read_properties(HERE / "expected" / f"properties.{name}.verified.json")
            sql = (JOB / "job.sql").read_text(encoding="utf-8")
            self.assertEqual(rendered, resolve(sql[sql.index("SET '"):], properties))

    def test_is_two_settings_four_tables_and_one_statement_set(self):
        plan = Plan((HERE / "expected" / "job.open.verified.sql").read_text(encoding="utf-8"))
        self.assertEqual({"pipeline.name": "reading-cleansing", "table.exec.state.ttl": "600000 ms"}, plan.settings)
        self.assertEqual(4, sum(definition.startswith("CREATE TEMPORARY TABLE") for definition in plan.definitions))
        self.assertEqual(4, len(plan.inserts))


class Verification(unittest.TestCase):
    def test_what_a_flink_wrote_is_equal_or_not(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name) / "open"
            verify.prepare("open", folder)
            self.assertEqual(258, len((folder / "in" / "readings.json").read_text(encoding="utf-8").splitlines()))
            for table in ("cleansed", "rejected"):
                (folder / table).mkdir()
            rows = {"cleansed": [], "rejected": []}
            for reading in verify.fixture("open"):
                kind, *values = verify.expected(reading)
                names = ("reason", "device", "metric", "arrival", "encoding", "payload")
                rows[kind].append(reading["cleansed"] if kind == "cleansed" else dict(zip(names, values)))
            for table, lines in rows.items():
                text = "".join(json.dumps(line) + "\n" for line in lines)
                (folder / table / "part-0").write_text(text, encoding="utf-8")
            with contextlib.redirect_stdout(None):
                self.assertTrue(verify.compare("open", folder))
                rows["cleansed"][0]["value"] += 1
                (folder / "cleansed" / "part-0").write_text(
                    "".join(json.dumps(line) + "\n" for line in rows["cleansed"]), encoding="utf-8")
                self.assertFalse(verify.compare("open", folder))


if __name__ == "__main__":
    unittest.main()
