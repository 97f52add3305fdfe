"""Domain adapters by name: `load_domain` imports only the one that is asked for."""

from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from ethoprism_core.errors import EthoprismError
from ethoprism_domains.base import Dataset, Domain

__all__ = ["domain_names", "load_domain", "read_dataset", "recognise_domain"]

_GROUP = "ethoprism.domains"
_BUILT_IN = {
    "animal_behavior": "ethoprism_domains.animal_behavior.adapter:ANIMAL_BEHAVIOR",
    "ecology": "ethoprism_domains.ecology.adapter:ECOLOGY",
    "neuroscience": "ethoprism_domains.neuroscience.adapter:NEUROSCIENCE",
    "simulated": "ethoprism_domains.simulated.adapter:SIMULATED",
}


def domain_names() -> list[str]:
    """Names that `load_domain` knows: the built-in ones, then those of installed packages."""
    return list(_entries())


def load_domain(name: str) -> Domain:
    """Load a domain adapter by its name.

    Parameters
    ----------
    name
        One of `domain_names()`. Packages add theirs under the entry point group
        ``ethoprism.domains``; an entry point names an object that is a `Domain`.

    Raises
    ------
    EthoprismError
        If there is none of that name, or what is installed under it is no adapter.
    """
    entries = _entries()
    if name not in entries:
        raise EthoprismError("there is no such domain", name, f"use one of {', '.join(entries)}")
    try:
        domain = entries[name].load()
    except (ImportError, AttributeError) as error:
        told = f"the adapter of the domain cannot be loaded ({error})"
        raise EthoprismError(told, name, "install its package again, or remove it") from error
    if isinstance(domain, type) or not isinstance(domain, Domain):
        told = f"{entries[name].value} is no domain adapter"
        raise EthoprismError(told, name, "its entry point must name an object that is a Domain")
    return domain


def recognise_domain(path: str | Path) -> Domain:
    """Find the adapter that reads what is at `path`.

    Raises
    ------
    EthoprismError
        If there is nothing, or no adapter recognises it, or several do.
    """
    path = Path(path)
    _refuse_absent(path)
    domains = [load_domain(name) for name in domain_names()]
    fitting = [domain for domain in domains if domain.recognises(path)]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        names = " and ".join(domain.name for domain in fitting)
        raise EthoprismError(f"{names} both read this", path, "say which with --domain")
    names = ", ".join(domain.name for domain in domains)
    remedy = f"see what each reads in docs/domains.md, or name one with --domain: {names}"
    raise EthoprismError("no domain recognises these data", path, remedy)


def read_dataset(path: str | Path, domain: str | None = None) -> Dataset:
    """Read a data set by the adapter of that name; by the one that recognises it if not given.

    Raises
    ------
    EthoprismError
        If it cannot be read.
    """
    path = Path(path)
    _refuse_absent(path)
    chosen = recognise_domain(path) if domain is None else load_domain(domain)
    return chosen.read(path)


def _refuse_absent(path: Path) -> None:
    if not path.exists():
        raise EthoprismError("there is nothing", path, "check the path")


def _entries() -> dict[str, EntryPoint]:
    built_in = {name: EntryPoint(name, value, _GROUP) for name, value in _BUILT_IN.items()}
    installed = {entry.name: entry for entry in entry_points(group=_GROUP)}
    return built_in | {name: installed[name] for name in sorted(installed) if name not in built_in}
