"""One POST to a webhook's address, which must not become a way into the house's own network.

- In production only hosts that the operator listed (`LIANSHU_WEBHOOK_HOSTS`), and only https.
- The name is resolved once, every address it has is checked, and the one checked is the one
  connected to, so that a name cannot be pointed elsewhere in between.
- Redirects are not followed, no proxy is used, and nothing of the answer is kept but its status.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from lianshu.records.errors import DomainError

TIMEOUT: Final = 10.0
"""Seconds, for connecting and for each part of the answer."""

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_PRIVATE: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)
# Where clouds answer questions about the machine itself and its credentials; the others of these
# services lie in link-local or shared ranges, which are refused as a whole.
_METADATA: Final = frozenset({ipaddress.ip_address("fd00:ec2::254")})
# Global by the registry and still no place to send to: addresses of IPv4 wrapped in IPv6, and
# protocol assignments, one of which has been a cloud's metadata.
_NEVER: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96", "192.0.0.0/24")
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a POST. `problem` is empty when it was taken; `unreachable` when nobody
    answered, so that trying the next thing there at once would only cost time."""

    status: int | None = None
    problem: str = ""
    unreachable: bool = False


def check_url(url: str) -> None:
    """Raise `DomainError` (field `url`) unless something may be sent to this address."""
    parts = _parts(url)
    if parts is None:
        raise _refused(_("地址要以 https:// 开头并写明主机名，不能带用户名、密码或 # 片段。"))
    host = parts.hostname or ""
    if settings.PRODUCTION and parts.scheme != "https":
        raise _refused(_("正式环境只能推送到 https 地址。"))
    if problem := _host_problem(parts):
        raise _refused(problem)
    if host == "localhost":
        return
    address = _literal(host)
    if address is None:
        if parts.scheme == "http" and "." in host:
            raise _refused(_("http 只能用于本机或内网的 IP 地址，请改用 https。"))
    elif problem := _address_problem(address, parts.scheme):
        raise _refused(problem)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Send the body; what the other side answered, or why nothing was sent."""
    try:
        check_url(url)
    except DomainError as error:
        return Answer(problem=error.message, unreachable=True)
    parts = urlsplit(url)
    try:
        addresses = _resolve(parts)
    except (OSError, UnicodeError):
        return Answer(
            problem=_("查不到主机 %(host)s 的地址。") % {"host": parts.hostname}, unreachable=True
        )
    for address in addresses:
        if problem := _address_problem(address, parts.scheme):
            return Answer(problem=problem, unreachable=True)
    try:
        return _answer(_send(parts, addresses, body, headers))
    except TimeoutError:
        problem = _("%(seconds)d 秒内没有答复。") % {"seconds": TIMEOUT}
    except (OSError, http.client.HTTPException) as error:
        said = getattr(error, "strerror", None) or error
        problem = _("连不上 %(host)s（%(error)s）。") % {"host": parts.netloc, "error": said}
    return Answer(problem=problem, unreachable=True)


def _answer(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(status)
    if 300 <= status < 400:
        return Answer(
            status,
            _("对方答复 %(status)d 跳转。推送不跟随跳转，请填写最终地址。") % {"status": status},
        )
    return Answer(status, _("对方答复 %(status)d。") % {"status": status})


def _send(
    parts: SplitResult, addresses: list[_Address], body: bytes, headers: Mapping[str, str]
) -> int:
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(host, parts.port, timeout=TIMEOUT)
    raw = _connect(addresses, connection.port)
    try:
        connection.sock = (
            ssl.create_default_context().wrap_socket(raw, server_hostname=host) if secure else raw
        )
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        return connection.getresponse().status
    finally:
        connection.close()
        raw.close()


def _connect(addresses: list[_Address], port: int) -> socket.socket:
    failure: OSError = OSError("no address")
    for address in addresses:
        try:
            return socket.create_connection((str(address), port), TIMEOUT)
        except OSError as error:
            failure = error
    raise failure


def _resolve(parts: SplitResult) -> list[_Address]:
    found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    addresses = (ipaddress.ip_address(str(each[4][0]).split("%")[0]) for each in found)
    return list(dict.fromkeys(addresses))


def _parts(url: str) -> SplitResult | None:
    """The parts of an address that could be sent to at all."""
    if not url.isascii() or any(each.isspace() or not each.isprintable() for each in url):
        return None
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and port != 0
    return parts if whole and "@" not in parts.netloc and not parts.fragment else None


def _host_problem(parts: SplitResult) -> str:
    host, port = (parts.hostname or "").lower(), parts.port
    usual = port in {None, 443 if parts.scheme == "https" else 80}
    names = {f"{host}:{port}"} | ({host} if usual else set())
    allowed = settings.WEBHOOK_HOSTS
    if names & allowed or not (allowed or settings.PRODUCTION):
        return ""
    return _(
        "主机 %(host)s 不在允许推送的名单里。"
        "请运维人员把它加进环境变量 LIANSHU_WEBHOOK_HOSTS 并重启。"
    ) % {"host": parts.netloc}


def _literal(host: str) -> _Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _address_problem(address: _Address, scheme: str) -> str:
    """Why nothing is sent to this address; empty when it may be."""
    inner = getattr(address, "ipv4_mapped", None) or address
    private = any(inner in each for each in _PRIVATE) and inner not in _METADATA
    here = inner.is_loopback and not settings.PRODUCTION
    never = inner.is_multicast or any(inner in each for each in _NEVER)
    public = inner.is_global and not never
    if not (private or here or public):
        return _("地址 %(address)s 是本机、链路本地或保留地址，不能推送。") % {"address": address}
    if scheme == "http" and not (private or here):
        return _("http 只能用于本机或内网的 IP 地址，请改用 https。")
    return ""


def _refused(problem: str) -> DomainError:
    return DomainError(problem, field="url")
