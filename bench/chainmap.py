"""The pages of the chain map in the demo city: `python bench/chainmap.py`.

Loads nothing: run `lianshu demo load` first and name its folder in LIANSHU_VAR. Opens each picture
through Django's test client, as the chain officer, who reads few makers, and as the owner of a
firm, who does not: `--times` times after a first one, which reads the graph and is printed apart.
The map is opened for the chain that requires most. The bar: the middle time of every page under
300 ms. What the pages log is taken back. Exits with 1 when the bar is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from statistics import median
from typing import Final

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianshu.settings")
os.environ.setdefault("LIANSHU_ENV", "demo")
django.setup()

from django.db import connection, transaction  # noqa: E402  after setup
from django.db.models import Count  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from lianshu.accounts.models import User  # noqa: E402
from lianshu.chainmap.models import ChainInput, MakerRelation, ProductEdge  # noqa: E402
from lianshu.chainmap.queries import WHOLE, current_graph, roots_by_chain  # noqa: E402

BAR: Final = 0.3
READERS: Final = ("chain_officer", "enterprise_owner")


def opened(client: Client, address: str) -> tuple[float, int]:
    """Seconds of one page, which must be there, and its size."""
    begun = time.perf_counter()
    response = client.get(address)
    took = time.perf_counter() - begun
    assert response.status_code == 200, (address, response.status_code)
    return took, len(response.content)


def pages() -> dict[str, str]:
    """Each picture by its address, for the chain that requires most."""
    counted = ChainInput.objects.filter(whole=True, required=True).values("chain")
    most = counted.annotate(inputs=Count("pk")).order_by("-inputs").first()
    assert most is not None, "no required inputs: run `lianshu demo load` first"
    chain = next(each for each in roots_by_chain() if each.pk == most["chain"])
    place = f"?chain={chain.public_id}"
    row = ChainInput.objects.filter(chain=chain, whole=True).select_related("product").first()
    assert row is not None
    current = current_graph(WHOLE)
    maker = next(one for one in current.firms.values() if one.local and one.chain_id == chain.pk)
    return {
        f"map of {most['inputs']} inputs": reverse("chain-map") + place,
        "panel of a product": f"{reverse('chain-map-product')}{place}&product={row.product.name}",
        "flows": reverse("chain-flow") + place,
        "matrix": reverse("chain-matrix"),
        "scenario of a firm": f"{reverse('chain-scenario')}{place}&firm={maker.name}",
    }


@transaction.atomic
def main() -> None:
    """Measure and print; exits with 1 when the bar is missed."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--times", type=int, default=20)
    times = arguments.parse_args().times
    edges, makers = ProductEdge.objects.count(), MakerRelation.objects.count()
    say(f"{edges} relations of products, {makers} of makers, {ChainInput.objects.count()} inputs")
    good = True
    for name in READERS:
        client = Client(SERVER_NAME="localhost")
        client.force_login(User.objects.get(username=name))
        for title, address in pages().items():
            if name != READERS[0] and title.startswith("scenario"):
                continue  # refused without the capability
            first, size = opened(client, address)
            took = median(opened(client, address)[0] for _ in range(times))
            with CaptureQueriesContext(connection) as queries:
                opened(client, address)
            say(
                f"{name}, {title}: {took * 1000:.0f} ms, the first {first * 1000:.0f} ms; "
                f"{len(queries)} queries, {size / 1024:.0f} kB"
            )
            good &= took < BAR
    transaction.set_rollback(True)
    load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    say(f"{load}; every page under {BAR * 1000:.0f} ms: {'kept' if good else 'missed'}")
    if not good:
        raise SystemExit(1)


def say(line: str) -> None:
    """A figure."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


main()
