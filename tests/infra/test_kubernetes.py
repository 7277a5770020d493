"""infra/kubernetes against the service, the image and one another. Against the published schemas: make lint."""

import re
from pathlib import Path
from typing import Any

import yaml

from adpulse.settings import PREFIX, Settings
from adpulse.web.app import create_app

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "infra" / "kubernetes"
OBJECTS: list[dict[str, Any]] = [
    each for path in sorted(FOLDER.glob("*.yaml")) for each in yaml.safe_load_all(path.read_text())
]
BY_KIND = {each["kind"]: each for each in OBJECTS}
PODS = {kind: BY_KIND[kind]["spec"]["template"] for kind in ("Deployment", "Job")}
(ADPULSE,) = PODS["Deployment"]["spec"]["containers"]
(MIGRATE,) = PODS["Job"]["spec"]["containers"]
ENVIRONMENT = {each["name"]: each.get("value") for each in ADPULSE["env"]}


def test_all_is_in_one_namespace() -> None:
    """Nothing lands where `kubectl` points by chance, and each kind is there once."""
    assert len(BY_KIND) == len(OBJECTS)
    inside = [each for each in OBJECTS if each["kind"] != "Namespace"]
    assert {each["metadata"]["namespace"] for each in inside} == {BY_KIND["Namespace"]["metadata"]["name"]}


def test_selectors_find_the_pods() -> None:
    """Deployment, Service and budget mean the same pods; the autoscaler alone says how many there are."""
    labels = PODS["Deployment"]["metadata"]["labels"]
    deployment = BY_KIND["Deployment"]
    assert deployment["spec"]["selector"]["matchLabels"] == labels
    assert BY_KIND["Service"]["spec"]["selector"] == labels
    assert BY_KIND["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert PODS["Job"]["metadata"]["labels"] != labels, "a migration would get requests"
    scaler = BY_KIND["HorizontalPodAutoscaler"]["spec"]
    assert (scaler["scaleTargetRef"]["kind"], scaler["scaleTargetRef"]["name"]) == (
        deployment["kind"],
        deployment["metadata"]["name"],
    )
    assert "replicas" not in deployment["spec"]
    assert scaler["minReplicas"] > BY_KIND["PodDisruptionBudget"]["spec"]["maxUnavailable"]
    assert "cpu" in ADPULSE["resources"]["requests"], "a share of nothing is no measure"


def test_variables_are_settings() -> None:
    """Each is one that there is, with a value that it may have; the database comes from a secret."""
    fields = {name.removeprefix(PREFIX).lower(): value for name, value in ENVIRONMENT.items()}
    assert set(fields) <= set(Settings.model_fields)
    Settings(**{name: value for name, value in fields.items() if value is not None})
    assert ENVIRONMENT[f"{PREFIX}DATABASE_URL"] is None


def test_probes_by_duty() -> None:
    """Liveness never asks the database; the others ask what the service's duty needs; all ask paths that there are."""
    paths = {probe: ADPULSE[f"{probe}Probe"]["httpGet"] for probe in ("startup", "readiness", "liveness")}
    assert {probe: each["path"] for probe, each in paths.items()} == {
        "startup": "/readyz",
        "readiness": "/readyz",
        "liveness": "/healthz",
    }
    assert {"/readyz", "/healthz"} <= set(create_app(Settings(database_url="postgresql://")).openapi()["paths"])
    (port,) = ADPULSE["ports"]
    assert {each["port"] for each in paths.values()} == {port["name"]}
    assert BY_KIND["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    allowed = BY_KIND["NetworkPolicy"]["spec"]["ingress"][0]["ports"]
    assert [each["port"] for each in allowed] == [port["containerPort"]]
    dockerfile = (ROOT / "infra" / "docker" / "Dockerfile").read_text()
    assert f"ADPULSE_PORT={port['containerPort']}" in dockerfile


def test_a_pod_has_time_to_answer() -> None:
    """It is left out first; then what was taken is answered; then it may be killed."""
    pause = ADPULSE["lifecycle"]["preStop"]["sleep"]["seconds"]
    grace = PODS["Deployment"]["spec"]["terminationGracePeriodSeconds"]
    assert grace > pause + float(ENVIRONMENT["ADPULSE_SHUTDOWN_S"])


def test_pods_may_do_little() -> None:
    """They are the image's own user, and may do what the namespace allows: the Pod Security Standard `restricted`."""
    user = re.findall(r"^USER (\d+)", (ROOT / "infra" / "docker" / "Dockerfile").read_text(), re.MULTILINE)[-1]
    assert BY_KIND["Namespace"]["metadata"]["labels"] == {"pod-security.kubernetes.io/enforce": "restricted"}
    for pod, container in ((PODS["Deployment"]["spec"], ADPULSE), (PODS["Job"]["spec"], MIGRATE)):
        assert pod["securityContext"]["runAsUser"] == int(user)
        assert pod["securityContext"]["runAsNonRoot"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }


def test_the_page_makes_what_the_manifests_name() -> None:
    """Secrets by their names and key; the migration is of the same version as the pods."""
    page = (ROOT / "docs" / "how-to" / "deploy-kubernetes.md").read_text()
    for container in (ADPULSE, MIGRATE):
        (secret,) = [each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each]
        assert f"create secret generic {secret['name']} --from-file={secret['key']}=" in page
    assert ADPULSE["image"] == MIGRATE["image"]
