"""Validates deploy/kubernetes: every resource against the schemas of Kubernetes 1.30 to the newest, and against the
schemas of KEDA and of the Prometheus Operator, all of them closed to unknown fields.

Needs Go, Python with pip, and kubectl or kustomize. Installs its validators below .tools.
"""

import functools
import json
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "deploy/kubernetes"
BUILDS = ["overlays/small", "overlays/large", "monitoring"]
EXAMPLES = ["examples/secrets.yaml", "examples/inside-store.yaml", "temporal/network.yaml"]
REQUIREMENTS = ROOT / "scripts/check-kubernetes.txt"
OLDEST = 30

# Go modules whose archives hold the definitions of custom resources.
CUSTOM = {
    "github.com/kedacore/keda/v2@v2.21.0": ["config/crd/bases/keda.sh_scaledobjects.yaml"],
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": [
        "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
        "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
    ],
}


def run(*command, cwd=ROOT):
    return subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.PIPE, text=True).stdout


def install():
    """Installs the validators once for each version of the list."""
    wanted = REQUIREMENTS.read_text()
    target = ROOT / ".tools/kubernetes-validate"
    stamp = target / "installed.txt"
    if not stamp.exists() or stamp.read_text() != wanted:
        flags = ["--quiet", "--no-input", "--disable-pip-version-check", "--no-user", "--no-deps", "--upgrade"]
        run(sys.executable, "-m", "pip", "install", *flags, "--target", str(target), "-r", str(REQUIREMENTS))
        stamp.write_text(wanted)
    sys.path.insert(0, str(target))


def built(folder):
    kubectl = shutil.which("kubectl")
    kustomize = shutil.which("kustomize") or str(pathlib.Path.home() / "go/bin/kustomize")
    return run(*([kubectl, "kustomize"] if kubectl else [kustomize, "build"]), str(FOLDER / folder))


def closed(schema):
    """Refuses fields that a custom resource does not define. Kubernetes would drop them silently."""
    if isinstance(schema, list):
        return [closed(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    result = {key: closed(value) for key, value in schema.items()}
    if isinstance(result.get("properties"), dict) and not result.get("x-kubernetes-preserve-unknown-fields"):
        result.setdefault("additionalProperties", False)
    return result


def custom_schemas(yaml):
    schemas = {}
    for module, files in CUSTOM.items():
        folder = json.loads(run("go", "mod", "download", "-json", module, cwd="/"))["Dir"]
        for file in files:
            definition = yaml.safe_load((pathlib.Path(folder) / file).read_text())["spec"]
            for version in definition["versions"]:
                kind = (f"{definition['group']}/{version['name']}", definition["names"]["kind"])
                schema = version["schema"]["openAPIV3Schema"]
                # Its own schema leaves the metadata open.
                schema["properties"]["metadata"] = {"type": "object"}
                schemas[kind] = closed(schema)
    return schemas


def main():
    install()
    import jsonschema
    import yaml
    from kubernetes_validate import utils

    # One file of definitions serves all resources of a version.
    utils.schema_contents = functools.lru_cache(maxsize=None)(utils.schema_contents)
    versions = [f"1.{minor}" for minor in range(OLDEST, int(utils.latest_version().split(".")[1]) + 1)]
    custom = custom_schemas(yaml)
    texts = {name: built(name) for name in BUILDS} | {name: (FOLDER / name).read_text() for name in EXAMPLES}
    problems, count = [], 0
    for name, text in texts.items():
        for resource in yaml.safe_load_all(text):
            count += 1
            where = f"{name}: {resource['kind']} {resource['metadata']['name']}"
            schema = custom.get((resource["apiVersion"], resource["kind"]))
            try:
                if schema:
                    jsonschema.Draft202012Validator(schema).validate(resource)
                else:
                    for version in versions:
                        where_now = f"{where} in Kubernetes {version}"
                        utils.validate(resource, version, strict=True)
            except jsonschema.ValidationError as error:
                path = ".".join(str(part) for part in error.absolute_path)
                problems.append(f"{where if schema else where_now}: {path}: {error.message}")
            except utils.SchemaNotFoundError as error:
                problems.append(f"{where}: {error.message}")
    print("\n".join(problems) or f"{count} resources are valid in Kubernetes {versions[0]} to {versions[-1]}.")
    return 1 if problems else 0


sys.exit(main())
