"""Runs a handler for Python against the Lambda Runtime API.

https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""
import http.client
import importlib
import json
import os
import sys
import time
import traceback

HOST, _, REST = os.environ["AWS_LAMBDA_RUNTIME_API"].partition("/")
BASE = "/" + "/".join(part for part in (REST, "2018-06-01", "runtime") if part)
CONNECTION = http.client.HTTPConnection(HOST)


def call(method, route, body=None, headers=None):
    CONNECTION.request(method, BASE + route, body, headers or {})
    response = CONNECTION.getresponse()
    return response.headers, response.read()


def describe(error):
    return json.dumps({
        "errorMessage": str(error),
        "errorType": type(error).__name__,
        "stackTrace": traceback.format_tb(error.__traceback__),
    }).encode()


class Context:
    def __init__(self, headers):
        self.aws_request_id = headers["Lambda-Runtime-Aws-Request-Id"]
        self.invoked_function_arn = headers["Lambda-Runtime-Invoked-Function-Arn"]
        self.function_name = os.environ["AWS_LAMBDA_FUNCTION_NAME"]
        self.function_version = os.environ["AWS_LAMBDA_FUNCTION_VERSION"]
        self.memory_limit_in_mb = os.environ["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
        self.log_group_name = os.environ["AWS_LAMBDA_LOG_GROUP_NAME"]
        self.log_stream_name = os.environ["AWS_LAMBDA_LOG_STREAM_NAME"]
        self._deadline = int(headers["Lambda-Runtime-Deadline-Ms"])

    def get_remaining_time_in_millis(self):
        return self._deadline - int(time.time() * 1000)


def load():
    module, _, name = os.environ["_HANDLER"].rpartition(".")
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    return getattr(importlib.import_module(module.replace("/", ".")), name)


def main():
    try:
        handler = load()
    except Exception as error:
        traceback.print_exc()
        call("POST", "/init/error", describe(error), {"Lambda-Runtime-Function-Error-Type": "Runtime.ImportModuleError"})
        sys.exit(1)
    while True:
        headers, event = call("GET", "/invocation/next")
        context = Context(headers)
        os.environ["_X_AMZN_TRACE_ID"] = headers.get("Lambda-Runtime-Trace-Id") or ""
        try:
            answer = json.dumps(handler(json.loads(event), context)).encode()
        except Exception as error:
            traceback.print_exc()
            call("POST", f"/invocation/{context.aws_request_id}/error", describe(error), {"Lambda-Runtime-Function-Error-Type": "Unhandled"})
        else:
            call("POST", f"/invocation/{context.aws_request_id}/response", answer)
        sys.stdout.flush()


main()
