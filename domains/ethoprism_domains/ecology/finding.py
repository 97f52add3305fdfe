"""What is odd about camera traps: files, ids and times that do not fit together."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from ethoprism_core.video import VIDEO_SUFFIXES
from ethoprism_core.video.find import files_below
from ethoprism_domains.base import Finding
from ethoprism_domains.ecology.traps import FILE, OFFSET, CameraTraps

PICTURE_SUFFIXES = frozenset((".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"))
MEDIA_SUFFIXES = VIDEO_SUFFIXES | PICTURE_SUFFIXES
_DEGREES_AN_HOUR = 15


def check_traps(traps: CameraTraps, folder: Path) -> CameraTraps:
    """Give the traps with all that is odd about them among their findings.

    Kinds of findings: ``missing file``, ``elsewhere``, ``unlisted file``, ``unknown deployment``,
    ``unknown medium``, ``no end``, ``reversed``, ``outside``, ``runs backwards``, ``time zone``,
    ``machine``.
    """
    found = (
        *_check_files(traps, folder),
        *_check_ids(traps),
        *_check_deployments(traps),
        *_check_times(traps),
        *_check_zones(traps),
        *_check_observations(traps),
    )
    return replace(traps, findings=(*traps.findings, *found))


def media_files(folder: Path) -> list[Path]:
    """List the videos and pictures below a folder in natural order, hidden ones left out."""
    return files_below(folder, MEDIA_SUFFIXES)


def _check_files(traps: CameraTraps, folder: Path) -> Iterator[Finding]:
    media = traps.media
    afar = media["filePath"].str.contains("://", regex=False)
    if afar.any():
        told = f"its files are on a server, not here (first: {media.loc[afar, 'mediaID'].iloc[0]})"
        yield Finding("elsewhere", traps.name, told, int(afar.sum()), wrong=False)
    for deployment, rows in media[~afar & (media[FILE] == "")].groupby("deploymentID", sort=False):
        told = f"media without a file, first {rows['filePath'].iloc[0]!r}"
        yield Finding("missing file", str(deployment), told, len(rows))
    listed = {Path(path).resolve() for path in media[FILE] if path}
    strangers = [path for path in media_files(folder) if path.resolve() not in listed]
    if strangers:
        told = f"files that no row of media names, first {_below(strangers[0], folder)!r}"
        yield Finding("unlisted file", traps.name, told, len(strangers))


def _check_ids(traps: CameraTraps) -> Iterator[Finding]:
    known = set(traps.deployments["deploymentID"])
    for name, table in (("media", traps.media), ("observations", traps.observations)):
        for deployment, rows in table[~table["deploymentID"].isin(known)].groupby("deploymentID"):
            told = f"{name} of a deployment that no table knows"
            yield Finding("unknown deployment", str(deployment), told, len(rows))
    named = traps.observations["mediaID"]
    strangers = traps.observations[(named != "") & ~named.isin(traps.media["mediaID"])]
    if len(strangers):
        told = f"observations of media that no table knows, first {strangers['mediaID'].iloc[0]!r}"
        yield Finding("unknown medium", traps.name, told, len(strangers))


def _check_deployments(traps: CameraTraps) -> Iterator[Finding]:
    for row in traps.deployments.to_dict("records"):
        name, start, end = row["deploymentID"], row["deploymentStart"], row["deploymentEnd"]
        if pd.isna(start):
            yield Finding("no start", name, "its effort counts from its first medium")
        if pd.isna(end):
            yield Finding("no end", name, "its effort counts to its last medium")
        if end < start:
            yield Finding("reversed", name, f"it ends at {end}, before its start at {start}")
    nowhere = traps.deployments["latitude"].isna() | traps.deployments["longitude"].isna()
    if nowhere.any():
        first = traps.deployments.loc[nowhere, "deploymentID"].iloc[0]
        told = f"deployments without latitude and longitude, first {first!r}"
        yield Finding("no place", traps.name, told, int(nowhere.sum()), wrong=False)


def _check_times(traps: CameraTraps) -> Iterator[Finding]:
    spans = traps.deployments.set_index("deploymentID")[["deploymentStart", "deploymentEnd"]]
    for deployment, rows in traps.media.groupby("deploymentID", sort=False):
        name, times = str(deployment), rows["timestamp"]
        if times.isna().any():
            told = f"nothing tells when they were taken, first {_first(rows, times.isna())!r}"
            yield Finding("no time", name, told, int(times.isna().sum()))
        known = rows[times.notna()]
        back = known["timestamp"].diff() < pd.Timedelta(0)
        if back.any():
            told = f"times run backwards from file to file, first at {_first(known, back)!r}"
            yield Finding("runs backwards", name, told, int(back.sum()))
        if deployment not in spans.index:
            continue
        start, end = (pd.Timestamp(time) for time in spans.loc[[deployment]].to_numpy()[0])
        outside = (known["timestamp"] < start) | (known["timestamp"] > end)
        if outside.any() and not end < start:
            told = f"media outside its time in the field, first {_first(known, outside)!r}"
            yield Finding("outside", name, told, int(outside.sum()))


def _check_zones(traps: CameraTraps) -> Iterator[Finding]:
    for deployment, rows in traps.media.groupby("deploymentID", sort=False):
        offsets = np.unique(rows[OFFSET].dropna())
        if len(offsets) > 1:
            told = " and ".join(_hours(offset) for offset in offsets)
            told = f"its clock is {told} ahead of UTC: daylight saving, or set anew"
            yield Finding("time zone", str(deployment), told, wrong=False)
    off = traps.deployments["longitude"] / _DEGREES_AN_HOUR - traps.deployments[OFFSET] / 60
    far = off.abs() > 3
    if far.any():
        first = traps.deployments[far].iloc[0]
        told = (
            f"at longitude {first['longitude']:g} its clock is {_hours(first[OFFSET])} ahead of "
            "UTC: hours of the day are hardly local ones"
        )
        yield Finding("time zone", str(first["deploymentID"]), told, int(far.sum()), wrong=False)


def _check_observations(traps: CameraTraps) -> Iterator[Finding]:
    table = traps.observations
    back = table["eventEnd"] < table["eventStart"]
    if back.any():
        told = f"observations end before they start, first {_first(table, back)!r}"
        yield Finding("reversed", traps.name, told, int(back.sum()))
    machine = table["classificationMethod"] == "machine"
    if machine.any():
        told = "observations that no person has made: as labels they teach a machine its own errors"
        yield Finding("machine", traps.name, told, int(machine.sum()), wrong=False)


def _first(table: pd.DataFrame, chosen: pd.Series) -> str:
    return str(table.loc[chosen].iloc[0, 0])


def _hours(minutes: float) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{int(abs(minutes)) // 60:02d}:{int(abs(minutes)) % 60:02d}"


def _below(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()
