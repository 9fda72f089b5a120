"""The files for Kubernetes are right by its own schemas, and say of each pod what is promised."""

import re
import tomllib
from typing import Any

import kubernetes_validate
import pytest

from services.directory.settings import DirectorySettings
from services.gateway.settings import GatewaySettings
from services.moderation.settings import ModerationSettings
from services.submissions.settings import SubmissionsSettings
from tests.deployments import ROOT, SERVICES, acl, kubernetes

RELEASE = "1.37"
OBJECTS = kubernetes()
SECRETS_OF = {
    "redis": {"redis-password"},
    "directory": {"key", "redis-password"},
    "submissions": {"key", "redis-password"},
    "gateway": {"key", "redis-password", "webhook"},
    "moderation": {"key", "redis-password", "token", "webhook"},
}
EVERY = tuple(SECRETS_OF)


def of_kind(*kinds: str) -> list[dict[str, Any]]:
    return [one for one in OBJECTS if one["kind"] in kinds]


def pod(service: str) -> dict[str, Any]:
    (found,) = [
        one["spec"]["template"]["spec"]
        for one in of_kind("Deployment", "StatefulSet")
        if one["spec"]["template"]["metadata"]["labels"] == {"app": "dze", "service": service}
    ]
    spec: dict[str, Any] = found
    return spec


def container(service: str) -> dict[str, Any]:
    (found,) = pod(service)["containers"]
    one: dict[str, Any] = found
    return one


@pytest.mark.parametrize("one", OBJECTS, ids=lambda one: f"{one['kind']}-{one['metadata']['name']}")
def test_the_schemas_of_kubernetes_find_nothing(one: dict[str, Any]) -> None:
    kubernetes_validate.validate(one, RELEASE, strict=True)


def test_a_mistake_is_found() -> None:
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(OBJECTS[0] | {"specs": {}}, RELEASE, strict=True)


@pytest.mark.parametrize("service", EVERY)
def test_every_pod_is_closed_in_and_limited(service: str) -> None:
    spec, it = pod(service), container(service)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["runAsUser"] > 0
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    assert spec["enableServiceLinks"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    assert it["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert it["resources"]["limits"].keys() >= {"memory", "ephemeral-storage"}
    assert it["readinessProbe"]
    assert [volume["emptyDir"]["sizeLimit"] for volume in spec["volumes"] if volume["name"] == "tmp"]


@pytest.mark.parametrize("service", EVERY)
def test_secrets_are_files_and_each_pod_has_those_that_it_needs(service: str) -> None:
    spec, it = pod(service), container(service)
    (given,) = [volume["secret"] for volume in spec["volumes"] if "secret" in volume]
    assert {item["key"] for item in given["items"]} == SECRETS_OF[service]
    assert all(item["key"] == item["path"] for item in given["items"])
    assert {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True} in it["volumeMounts"]
    for variable in it.get("env", ()):
        assert variable["name"].endswith("_FILE")
        assert variable["value"].removeprefix("/run/secrets/") in SECRETS_OF[service]
    (config,) = of_kind("ConfigMap")
    files = {value for name, value in config["data"].items() if name.endswith("_FILE")}
    assert files == {"/run/secrets/key", "/run/secrets/redis-password"}
    assert not [name for name in config["data"] if name in {"DZE_KEY", "DZE_TELEGRAM_TOKEN"}]


def test_every_setting_that_the_files_name_exists() -> None:
    models = (DirectorySettings, GatewaySettings, ModerationSettings, SubmissionsSettings)
    known = {f"DZE_{field.upper()}" for model in models for field in model.model_fields}
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "ops" / "kubernetes").glob("*.yaml")]
    named = {name for text in texts for name in re.findall(r"DZE_[A-Z_]+[A-Z]", text)}
    assert len(named) > 8
    assert {name for name in named if name.removesuffix("_FILE") not in known} == set()


def policies_of(service: str) -> list[dict[str, Any]]:
    return [one["spec"] for one in of_kind("NetworkPolicy") if _selects(one["spec"]["podSelector"], service)]


def _selects(selector: dict[str, Any], service: str) -> bool:
    labels = {"app": "dze", "service": service}
    named = selector.get("matchLabels", {})
    listed = selector.get("matchExpressions", ())
    return all(labels.get(key) == value for key, value in named.items()) and all(
        one["operator"] == "In" and labels.get(one["key"]) in one["values"] for one in listed
    )


@pytest.mark.parametrize("service", EVERY)
def test_only_moderation_gets_out_and_redis_hears_the_services_alone(service: str) -> None:
    found = policies_of(service)
    assert {"podSelector": {"matchLabels": {"app": "dze"}}, "policyTypes": ["Ingress", "Egress"]} in found
    out = [rule for one in found for rule in one.get("egress", ())]
    assert all("to" in rule and "ports" in rule for rule in out)
    blocks = [to for rule in out for to in rule["to"] if "ipBlock" in to]
    assert bool(blocks) == (service == "moderation")
    if service == "redis":
        assert out == []
        (coming,) = [rule for one in found for rule in one.get("ingress", ())]
        (whom,) = [rule["podSelector"] for rule in coming["from"]]
        assert {name for name in (*EVERY, "other") if _selects(whom, name)} == set(SERVICES)


def test_redis_is_started_as_in_compose() -> None:
    script = container("redis")["command"][-1]
    assert all(line in script for line in acl())
    for option in ("--appendfsync always", "--protected-mode yes", "--maxmemory-policy noeviction"):
        assert option in script


def test_the_image_is_named_by_version_and_a_drain_takes_one_pod_at_a_time() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert {container(service)["image"] for service in SERVICES} == {f"dze:{version}"}
    budgets = {
        one["spec"]["selector"]["matchLabels"]["service"]: one["spec"]
        for one in of_kind("PodDisruptionBudget")
    }
    assert budgets.keys() == set(SERVICES)
    assert all(budget["maxUnavailable"] == 1 for budget in budgets.values())
