"""infra/lambda/template.yaml against what it must promise and what the function is."""

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote

import airspeed
import botocore.config
import pytest
from cfnlint.decode.cfn_yaml import load

from adpulse.database.connections import CONNECT_TIMEOUT_S
from adpulse.settings import PREFIX, Settings
from tests.infra.lambda_function import FOLDER
from tests.infra.lambda_function import load as load_module

ROOT = Path(__file__).parents[2]
TEMPLATE = load(str(FOLDER / "template.yaml"))
RESOURCES: dict[str, Any] = {name: each.get("Properties", {}) for name, each in TEMPLATE["Resources"].items()}
FUNCTION = RESOURCES["Function"]
SOURCE = FUNCTION["Events"]["Queue"]["Properties"]
POST = RESOURCES["Api"]["DefinitionBody"]["paths"]["/events"]["post"]["x-amazon-apigateway-integration"]


def test_a_batch_in_work_stays_invisible() -> None:
    """A batch in work stays invisible for six times the function's timeout and the batching window, as AWS asks."""
    visibility = RESOURCES["Queue"]["VisibilityTimeout"]
    assert visibility >= 6 * FUNCTION["Timeout"] + SOURCE["MaximumBatchingWindowInSeconds"]


def test_the_function_gives_up_before_it_is_stopped() -> None:
    """The function's write has a deadline within its timeout, with time to connect and to answer."""
    deadline = float(FUNCTION["Environment"]["Variables"]["ADPULSE_WRITE_TIMEOUT_S"])
    assert deadline + 5 <= FUNCTION["Timeout"]


def test_the_secret_is_read_within_the_deadline() -> None:
    """Every attempt to read it, and a connection after that, fit into the write's deadline."""
    deadline = float(FUNCTION["Environment"]["Variables"]["ADPULSE_WRITE_TIMEOUT_S"])
    limits = load_module().SECRET_TIMEOUTS
    one = limits["connect_timeout"] + limits["read_timeout"]
    assert one * limits["retries"]["total_max_attempts"] + CONNECT_TIMEOUT_S < deadline
    botocore.config.Config(**limits)


def test_a_message_that_waits_too_long_raises_an_alarm() -> None:
    """The alarm on the oldest message comes hours before the dead-letter queue has it."""
    alarm, redrive = RESOURCES["AgeAlarm"], RESOURCES["Queue"]["RedrivePolicy"]
    assert (alarm["MetricName"], alarm["Statistic"]) == ("ApproximateAgeOfOldestMessage", "Maximum")
    assert alarm["Dimensions"] == [{"Name": "QueueName", "Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}]
    assert alarm["Threshold"] * 10 < redrive["maxReceiveCount"] * RESOURCES["Queue"]["VisibilityTimeout"]


def test_there_is_no_stage_without_a_throttle() -> None:
    """SAM adds a stage of its own unless it is told the version of the document."""
    api = RESOURCES["Api"]
    assert api["OpenApiVersion"] == api["DefinitionBody"]["openapi"]
    assert {"ThrottlingRateLimit", "ThrottlingBurstLimit"} <= set(api["MethodSettings"][0])


def test_failures_are_set_aside_one_by_one() -> None:
    """The queue learns which messages failed, and puts those that fail often into a queue that keeps them longer."""
    assert SOURCE["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    redrive = RESOURCES["Queue"]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": ["DeadLetterQueue", "Arn"]}
    assert RESOURCES["DeadLetterQueue"]["MessageRetentionPeriod"] > RESOURCES["Queue"]["MessageRetentionPeriod"]
    # The outage that the comment promises to outlast.
    assert redrive["maxReceiveCount"] * RESOURCES["Queue"]["VisibilityTimeout"] >= 2.5 * 3600


def test_connections_are_bounded() -> None:
    """Each concurrent function holds one connection: there is a limit, and it is a parameter."""
    assert SOURCE["ScalingConfig"] == {"MaximumConcurrency": {"Ref": "MaximumConcurrency"}}


def test_no_secret_is_in_the_template() -> None:
    """The function gets the name of a secret; a resolved one would be readable in its configuration."""
    variables = FUNCTION["Environment"]["Variables"]
    assert variables["DATABASE_SECRET_ARN"] == {"Ref": "DatabaseSecretArn"}
    text = "\n".join(line.partition(" #")[0] for line in (FOLDER / "template.yaml").read_text().splitlines())
    assert "resolve:secretsmanager" not in text
    assert f"{PREFIX}DATABASE_URL" not in text


def test_variables_are_settings() -> None:
    """Each ADPULSE_* is one that there is, with a value that it may have."""
    given = {name: value for name, value in FUNCTION["Environment"]["Variables"].items() if name.startswith(PREFIX)}
    fields = {name.removeprefix(PREFIX).lower(): value for name, value in given.items()}
    assert fields
    assert set(fields) <= set(Settings.model_fields)
    Settings(**fields)


def test_roles_allow_what_is_needed_and_no_more() -> None:
    """No wildcard in an action; only what AWS cannot narrow, network interfaces, is allowed for all resources."""
    assert "Policies" not in FUNCTION, "SAM would attach policies for every queue"
    statements = [
        statement
        for role in ("FunctionRole", "ApiRole")
        for policy in RESOURCES[role]["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert statements
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not any("*" in action for action in actions)
        if statement["Resource"] == "*":
            assert all(action.startswith("ec2:") for action in actions)


def test_the_package_is_built_for_the_function() -> None:
    """`sam build` runs the Makefile beside the template, in the checkout; build.py is for its Python and processor."""
    build = load_module("build")
    assert TEMPLATE["Resources"]["Function"]["Metadata"] == {"BuildMethod": "makefile"}
    assert (FOLDER / FUNCTION["CodeUri"]).resolve() == FOLDER.resolve()
    command = ["make", "--dry-run", "--directory", str(FOLDER), "build-Function", "ARTIFACTS_DIR=/somewhere"]
    planned = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert 'build.py "/somewhere"' in planned
    assert tomllib.loads((FOLDER / "samconfig.toml").read_text())["default"]["build"]["parameters"]["build_in_source"]
    assert FUNCTION["Runtime"] == f"python{build.PYTHON}"
    assert FUNCTION["Architectures"] == ["arm64"]
    assert all(platform.endswith("_aarch64") for platform in build.PLATFORMS)
    assert callable(getattr(load_module(), FUNCTION["Handler"].partition(".")[2]))


class JavaString(str):
    """A header's name as Velocity has it in API Gateway."""

    __slots__ = ()
    toLowerCase: Callable[[], str] = str.lower


class Input:
    body = '{"events": ["é & + = %"]}'

    def __init__(self, headers: dict[str, str]) -> None:
        self._headers = {JavaString(name): value for name, value in headers.items()}

    def params(self) -> dict[str, dict[JavaString, str]]:
        return {"header": self._headers}


class Util:
    def urlEncode(self, text: str) -> str:
        return quote(text, safe="")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-ndjson"])
@pytest.mark.parametrize(
    ("headers", "key"),
    [({}, "request-1"), ({"Idempotency-Key": "k &1"}, "k &1"), ({"Host": "h", "idempotency-key": "k"}, "k")],
    ids=["none", "as documented", "in lower case"],
)
def test_a_request_becomes_a_message(content_type: str, headers: dict[str, str], key: str) -> None:
    """The mapping sends the body as it is, with the client's key or else the request's id, and how to read it."""
    assert set(POST["requestTemplates"]) == {"application/json", "application/x-ndjson"}
    assert POST["passthroughBehavior"] == "never"
    scope = {"input": Input(headers), "util": Util(), "context": {"requestId": "request-1"}}
    form = airspeed.Template(POST["requestTemplates"][content_type]).merge(scope)
    assert not re.search(r"\s", form)
    sent = {name: values[0] for name, values in parse_qs(form, strict_parsing=True).items()}
    assert (sent["Action"], sent["MessageBody"]) == ("SendMessage", Input.body)
    attributes = {sent[f"MessageAttribute.{n}.Name"]: sent[f"MessageAttribute.{n}.Value.StringValue"] for n in (1, 2)}
    assert attributes == {"Idempotency-Key": key, "Content-Type": content_type}


def test_the_handler_reads_the_attributes_that_the_mapping_writes() -> None:
    """The names are the same on both sides."""
    handler = load_module()
    assert {handler.KEY, handler.CONTENT_TYPE} == {"Idempotency-Key", "Content-Type"}
