"""infra/ecs: the task definition, the templates and the collector against the service and against one another."""

import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Any

import boto3
import pytest
import uvicorn
import yaml
from cfnlint.decode.cfn_yaml import load
from moto import mock_aws

from adpulse import telemetry
from adpulse.settings import Settings
from adpulse.web import server
from adpulse.web.app import create_app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra" / "ecs"
GIVEN = {
    "AWS_ACCOUNT_ID": "123456789012",
    "AWS_REGION": "eu-central-1",
    "IMAGE": "123456789012.dkr.ecr.eu-central-1.amazonaws.com/adpulse:1",
    "DATABASE_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:adpulse-x",
    "OWNER_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:adpulse-owner",
}


def resources(name: str) -> dict[str, Any]:
    template = load(str(ROOT / "infra" / name))
    return {each: resource.get("Properties", {}) for each, resource in template["Resources"].items()}


def task(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(Template((FOLDER / name).read_text()).substitute(GIVEN))
    return found


TASK, MIGRATE = task("task-def.json"), task("migrate-task-def.json")
ADPULSE, COLLECTOR = TASK["containerDefinitions"]
(MIGRATION,) = MIGRATE["containerDefinitions"]
CONTAINERS = [ADPULSE, COLLECTOR, MIGRATION]
ENVIRONMENT = {each["name"]: each["value"] for each in ADPULSE["environment"]}
COLLECTING = yaml.safe_load((FOLDER / "collector.yaml").read_text())
SCRAPE = COLLECTING["receivers"]["prometheus"]["config"]["scrape_configs"][0]
FOUNDATION = resources("ecs/foundation.yaml")
SERVICE = resources("ecs/service.yaml")


def attributes(resource: str, name: str) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in SERVICE[resource][name]}


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Mock an AWS account with a network, in this process."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", GIVEN["AWS_REGION"])
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    with mock_aws():  # which brings credentials of its own
        yield


def deploy(name: str, **parameters: str) -> None:
    """Make the stack of a template. Raise when a resource or a reference cannot be made."""
    boto3.client("cloudformation").create_stack(
        StackName=name,
        TemplateBody=(FOLDER / f"{name}.yaml").read_text(),
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
    )


@pytest.mark.filterwarnings("ignore:Tried to parse AWS..(ApplicationAutoScaling|CloudWatch..Alarm)")
@pytest.mark.parametrize("tls", [False, True])
def test_the_templates_can_be_deployed(account: None, tls: bool) -> None:
    """Templates can be deployed in the order of docs/how-to/deploy-aws.md: foundation, task definitions, service.

    Moto makes all but scaling and alarms.
    """
    ec2 = boto3.client("ec2")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]]
    group = ec2.describe_security_groups()["SecurityGroups"][0]
    deploy(
        "foundation",
        DatabaseSecretArn=GIVEN["DATABASE_SECRET_ARN"],
        OwnerSecretArn=GIVEN["OWNER_SECRET_ARN"] if tls else "",
    )
    # The client checks every parameter against the service's model before it sends them.
    boto3.client("ecs").register_task_definition(**MIGRATE)
    task = boto3.client("ecs").register_task_definition(**TASK)["taskDefinition"]
    deploy(
        "service",
        TaskDefinition=task["taskDefinitionArn"],
        VpcId=group["VpcId"],
        SubnetIds=",".join(subnets),
        BalancerSubnetIds=",".join(subnets),
        DatabaseSecurityGroupId=group["GroupId"],
        AlarmTopicArn=boto3.client("sns").create_topic(Name="alarms")["TopicArn"] if tls else "",
        CertificateArn=boto3.client("acm").request_certificate(DomainName="a.test")["CertificateArn"] if tls else "",
    )
    roles = {role["Arn"] for role in boto3.client("iam").list_roles()["Roles"]}
    assert {task["executionRoleArn"], task["taskRoleArn"]} <= roles
    balancing = boto3.client("elbv2")
    (balancer,) = balancing.describe_load_balancers()["LoadBalancers"]
    assert balancer["Scheme"] == "internal"
    (listener,) = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    assert (listener["Protocol"], listener["Port"]) == (("HTTPS", 443) if tls else ("HTTP", 80))
    ecs = boto3.client("ecs")
    (cluster,) = ecs.list_clusters()["clusterArns"]
    (service,) = ecs.describe_services(cluster=cluster, services=ecs.list_services(cluster=cluster)["serviceArns"])[
        "services"
    ]
    assert service["taskDefinition"] == task["taskDefinitionArn"]


def test_variables_are_settings() -> None:
    """Each is one that there is, with a value that it may have; the database comes from a secret."""
    names = {*ENVIRONMENT, *(each["name"] for each in ADPULSE["secrets"] + MIGRATION["secrets"])}
    assert names <= {f"ADPULSE_{name.upper()}" for name in Settings.model_fields}
    Settings(**{name.removeprefix("ADPULSE_").lower(): value for name, value in ENVIRONMENT.items()})
    assert {"name": "ADPULSE_DATABASE_URL", "valueFrom": GIVEN["DATABASE_SECRET_ARN"]} in ADPULSE["secrets"]


def test_everybody_means_the_same_port_and_path() -> None:
    """The service listens where the task, the balancer and the collector look for it, and answers that path."""
    port = int(ENVIRONMENT["ADPULSE_PORT"])
    group = SERVICE["TargetGroup"]
    assert ADPULSE["portMappings"][0]["containerPort"] == port
    assert group["Port"] == port
    assert SERVICE["Service"]["LoadBalancers"][0]["ContainerPort"] == port
    assert SERVICE["Service"]["LoadBalancers"][0]["ContainerName"] == ADPULSE["name"]
    assert SERVICE["TaskSecurityGroup"]["SecurityGroupIngress"][0]["FromPort"] == port
    assert SCRAPE["static_configs"][0]["targets"] == [f"127.0.0.1:{port}"]
    paths = create_app(Settings(database_url="postgresql://")).openapi()["paths"]
    assert {group["HealthCheckPath"], "/metrics"} <= set(paths)
    assert f"http://127.0.0.1:{port}/" in ADPULSE["healthCheck"]["command"][-1]


def test_a_task_must_reach_its_database_once(tmp_path: Path) -> None:
    """A task is unhealthy until it was ready once, as with a wrong secret; from then on only its process counts."""
    answers = {"/readyz": 503, "/healthz": 200}

    class Service(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answers[self.path])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    kind, *command, program = ADPULSE["healthCheck"]["command"]
    assert kind == "CMD"
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        program = program.replace("127.0.0.1:8080", f"127.0.0.1:{server.server_port}")
        program = program.replace("/dev/shm/", f"{tmp_path}/")

        def healthy() -> bool:
            return subprocess.run([*command, program], capture_output=True).returncode == 0

        assert not healthy()
        answers["/readyz"] = 200
        assert healthy()
        answers["/readyz"] = 503
        assert healthy()
        answers["/healthz"] = 500
        assert not healthy()
        server.shutdown()


def test_a_migration_is_a_task_of_its_own() -> None:
    """A migration has the owner's login, the service's image and roles, and no container that waits for its health."""
    assert MIGRATION["command"] == ["migrate"]
    assert MIGRATION["secrets"] == [{"name": "ADPULSE_DATABASE_URL", "valueFrom": GIVEN["OWNER_SECRET_ARN"]}]
    assert MIGRATION["image"] == ADPULSE["image"]
    assert {name: MIGRATE[name] for name in ("executionRoleArn", "taskRoleArn", "runtimePlatform")} == {
        name: TASK[name] for name in ("executionRoleArn", "taskRoleArn", "runtimePlatform")
    }
    assert COLLECTOR["dependsOn"] == [{"containerName": ADPULSE["name"], "condition": "START"}]


def test_the_balancer_closes_idle_connections_first() -> None:
    """A request that meets a closing connection is a 502 for its client."""
    idle = int(attributes("Balancer", "LoadBalancerAttributes")["idle_timeout.timeout_seconds"])
    assert int(ENVIRONMENT["ADPULSE_KEEP_ALIVE_S"]) > idle


def test_serve_keeps_connections_as_long_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """ADPULSE_KEEP_ALIVE_S reaches the server."""
    given: list[uvicorn.Config] = []

    def run(self: server.Server) -> None:
        given.append(self.config)
        self.started = True

    monkeypatch.setattr(server.Server, "run", run)
    server.serve(Settings(keep_alive_s=75))
    assert [config.timeout_keep_alive for config in given] == [75]


def test_a_stop_has_time_to_answer() -> None:
    """Requests under way are answered before ECS kills the task."""
    assert ADPULSE["stopTimeout"] > float(ENVIRONMENT["ADPULSE_SHUTDOWN_S"])


def test_containers_may_do_little() -> None:
    """Containers are not root, and have a read-only file system, no capabilities and the processor of the image."""
    for container in CONTAINERS:
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", container["user"])
        assert container["readonlyRootFilesystem"]
        assert container["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert TASK["runtimePlatform"]["cpuArchitecture"] == "ARM64"


@pytest.mark.skipif(not (ROOT / "infra/docker/Dockerfile").exists(), reason="there is no Dockerfile")
def test_the_user_is_that_of_the_image() -> None:
    """Whom the image's files are meant for."""
    users = re.findall(r"^USER (\S+)", (ROOT / "infra" / "docker" / "Dockerfile").read_text(), re.MULTILINE)
    assert users[-1].split(":")[0] == ADPULSE["user"].split(":")[0]


def test_the_balancer_is_internal_unless_said_otherwise() -> None:
    """Without keys it must not face the internet by an oversight, and never without TLS."""
    template = load(str(FOLDER / "service.yaml"))
    assert template["Parameters"]["Scheme"]["Default"] == "internal"
    assert SERVICE["Service"]["NetworkConfiguration"]["AwsvpcConfiguration"]["AssignPublicIp"] == "DISABLED"
    (rule,) = template["Rules"].values()
    assert rule["RuleCondition"] == {"Fn::Equals": [{"Ref": "Scheme"}, "internet-facing"]}
    assert rule["Assertions"][0]["Assert"] == {"Fn::Not": [{"Fn::Equals": [{"Ref": "CertificateArn"}, ""]}]}


def test_names_that_are_written_twice_agree() -> None:
    """Roles, logs and the parameter of the collector's configuration: the task names what the foundation makes."""
    assert TASK["executionRoleArn"].endswith(f":role/{FOUNDATION['ExecutionRole']['RoleName']}")
    assert TASK["taskRoleArn"].endswith(f":role/{FOUNDATION['TaskRole']['RoleName']}")
    for container in CONTAINERS:
        assert container["logConfiguration"]["options"]["awslogs-group"] == FOUNDATION["ServiceLog"]["LogGroupName"]
    assert COLLECTING["exporters"]["awsemf"]["log_group_name"] == FOUNDATION["MetricsLog"]["LogGroupName"]
    parameter = COLLECTOR["secrets"][0]["valueFrom"].partition(":parameter")[2]
    allowed = json.dumps(FOUNDATION["ExecutionRole"]["Policies"])
    assert f":parameter{parameter}" in allowed


def test_scaling_follows_a_metric_that_there_is() -> None:
    """Counter, collector and policy have one name, one label and one interval."""
    telemetry.EVENTS.labels("accepted").inc(0)
    policy = SERVICE["ScaleOnEvents"]["TargetTrackingScalingPolicyConfiguration"]
    reading, rate = policy["CustomizedMetricSpecification"]["Metrics"]
    metric = reading["MetricStat"]["Metric"]
    (dimension,) = metric["Dimensions"]
    series = f'{metric["MetricName"]}{{{dimension["Name"]}="{dimension["Value"]}"}}'
    assert f"\n{series} " in telemetry.page(None)[0].decode()
    declaration = COLLECTING["exporters"]["awsemf"]["metric_declarations"][0]
    assert declaration == {"dimensions": [[dimension["Name"]]], "metric_name_selectors": [f"^{metric['MetricName']}$"]}
    assert COLLECTING["exporters"]["awsemf"]["namespace"] == metric["Namespace"]
    assert rate["Expression"] == f"{reading['Id']} / {SCRAPE['scrape_interval'].removesuffix('s')}"
    kept = SCRAPE["metric_relabel_configs"][0]
    assert re.fullmatch(kept["regex"], f"{metric['MetricName']};{dimension['Value']}")


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_takes_what_the_collector_scrapes(tmp_path: Path) -> None:
    """The collector's receiver reads Prometheus' own configuration."""
    config = tmp_path / "prometheus.yml"
    config.write_text(yaml.safe_dump({"scrape_configs": [SCRAPE]}))
    subprocess.run(["promtool", "check", "config", str(config)], check=True, capture_output=True)


def test_keys_outlive_the_queue() -> None:
    """The service forgets old Idempotency-Keys: not while the message of one can still be delivered, not even after
    it was taken out of the dead-letter queue once and went there again.
    """
    queue = resources("lambda/template.yaml")["DeadLetterQueue"]
    assert int(ENVIRONMENT["ADPULSE_IDEMPOTENCY_HOURS"]) * 3600 > 2 * queue["MessageRetentionPeriod"]
