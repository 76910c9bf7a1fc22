"""Runs job.sql with the properties of the application (https://docs.aws.amazon.com/managed-flink/latest/java/how-python.html).

On one machine: IS_LOCAL=true python3 main.py, with application_properties.json and lib/pyflink-dependencies.jar beside it.
Streams are then looked for at AWS_ENDPOINT_URL, if that is set.
"""
import os
from pathlib import Path

from pyflink.table import EnvironmentSettings, TableEnvironment

from script import Plan, at_endpoint, read_properties, resolve

HERE = Path(__file__).resolve().parent
IS_LOCAL = os.environ.get("IS_LOCAL") == "true"
PROPERTIES = HERE / "application_properties.json" if IS_LOCAL else Path("/etc/flink/application_properties.json")


def main():
    plan = Plan(resolve((HERE / "job.sql").read_text(encoding="utf-8"), read_properties(PROPERTIES)))
    tables = TableEnvironment.create(EnvironmentSettings.in_streaming_mode())
    if IS_LOCAL:
        tables.get_config().set("pipeline.jars", (HERE / "lib" / "pyflink-dependencies.jar").as_uri())
        if "AWS_ENDPOINT_URL" in os.environ:
            plan.definitions = at_endpoint(plan, os.environ["AWS_ENDPOINT_URL"])
    for key, value in plan.settings.items():
        tables.get_config().set(key, value)
    for definition in plan.definitions:
        tables.execute_sql(definition)
    job = tables.create_statement_set()
    for insert in plan.inserts:
        job.add_insert_sql(insert)
    result = job.execute()

    # On the service main has to return: the job runs on without it.
    if IS_LOCAL:
        result.wait()


if __name__ == "__main__":
    main()
