"""Units of measure as exact factors to base units.

A dimension is a sorted tuple of (base, exponent): `g/cm3` and `克/立方厘米` are both
(("kg", 1), ("m", -3)), `MPa` is (("kg", 1), ("m", -1), ("s", -2)). What has no physical base in
common with anything else (a count of pieces, a hardness scale, mesh sizes) is a base of its own.
Factors are fractions, so 1.80 g/cm3 and 1800 kg/m3 are equal and not nearly equal. The oersted
is a base of its own because its factor to A/m holds π.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

Dimension = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """Value in base units = value × `factor` + `offset` (which only temperatures have)."""

    dimension: Dimension
    factor: Fraction
    offset: Fraction = Fraction(0)


def _dimension(**bases: int) -> Dimension:
    return tuple(sorted(bases.items()))


RATIO: Final[Dimension] = ()
MESH: Final[Dimension] = (("目", 1),)
MONEY: Final[Dimension] = (("元", 1),)
TEMPERATURE: Final = _dimension(K=1)
DENSITY: Final = _dimension(kg=1, m=-3)

_LENGTH, _MASS, _TIME = _dimension(m=1), _dimension(kg=1), _dimension(s=1)
_AREA, _VOLUME = _dimension(m=2), _dimension(m=3)
_PRESSURE, _FORCE = _dimension(kg=1, m=-1, s=-2), _dimension(kg=1, m=1, s=-2)
_POWER, _ENERGY = _dimension(kg=1, m=2, s=-3), _dimension(kg=1, m=2, s=-2)
_CURRENT, _CHARGE = _dimension(A=1), _dimension(A=1, s=1)
_VOLTAGE = _dimension(A=-1, kg=1, m=2, s=-3)
_RESISTANCE = _dimension(A=-2, kg=1, m=2, s=-3)
_CAPACITANCE = _dimension(A=2, kg=-1, m=-2, s=4)
_INDUCTION = _dimension(A=-1, kg=1, s=-2)
_FREQUENCY = _dimension(s=-1)

# One line for each dimension: spellings and their factors.
_LISTED: Final[tuple[tuple[Dimension, str], ...]] = (
    (RATIO, "%=1/100 wt%=1/100 ‰=1/1000 ppm=1/1000000 ppb=1/1000000000"),
    (_LENGTH, "m=1 米=1 dm=1/10 分米=1/10 cm=1/100 厘米=1/100 mm=1/1000 毫米=1/1000"),
    (_LENGTH, "μm=1/1000000 um=1/1000000 微米=1/1000000 nm=1/1000000000 纳米=1/1000000000"),
    (_LENGTH, "km=1000 公里=1000 千米=1000 英寸=127/5000 inch=127/5000 丝=1/100000"),
    (_AREA, "m2=1 m^2=1 平方米=1 cm2=1/10000 cm^2=1/10000 平方厘米=1/10000 mm2=1/1000000"),
    (_AREA, "mm^2=1/1000000 平方毫米=1/1000000 平方公里=1000000 公顷=10000 亩=2000/3"),
    (_VOLUME, "m3=1 m^3=1 立方米=1 Nm3=1 Nm^3=1 L=1/1000 l=1/1000 升=1/1000 立方分米=1/1000"),
    (_VOLUME, "mL=1/1000000 ml=1/1000000 毫升=1/1000000 cm3=1/1000000 cm^3=1/1000000"),
    (_VOLUME, "立方厘米=1/1000000 mm3=1/1000000000 mm^3=1/1000000000 立方毫米=1/1000000000"),
    (_VOLUME, "μL=1/1000000000 微升=1/1000000000"),
    (_MASS, "kg=1 千克=1 公斤=1 g=1/1000 克=1/1000 mg=1/1000000 毫克=1/1000000"),
    (_MASS, "μg=1/1000000000 微克=1/1000000000 t=1000 吨=1000"),
    (_TIME, "s=1 秒=1 ms=1/1000 毫秒=1/1000 μs=1/1000000 微秒=1/1000000 ns=1/1000000000"),
    (_TIME, "纳秒=1/1000000000 min=60 分钟=60 h=3600 小时=3600 d=86400 天=86400"),
    (_PRESSURE, "Pa=1 帕=1 kPa=1000 千帕=1000 MPa=1000000 兆帕=1000000 GPa=1000000000"),
    (_PRESSURE, "吉帕=1000000000 bar=100000"),
    (_FORCE, "N=1 牛=1 牛顿=1 mN=1/1000 kN=1000 千牛=1000"),
    (_POWER, "W=1 瓦=1 mW=1/1000 kW=1000 KW=1000 千瓦=1000 MW=1000000 兆瓦=1000000"),
    (_POWER, "GW=1000000000 吉瓦=1000000000"),
    (_ENERGY, "J=1 焦耳=1 kJ=1000 KJ=1000 千焦=1000 MJ=1000000 Wh=3600 kWh=3600000"),
    (_ENERGY, "KWh=3600000 千瓦时=3600000 MWh=3600000000 GWh=3600000000000"),
    (_CURRENT, "A=1 安=1 mA=1/1000 毫安=1/1000 μA=1/1000000"),
    (_CHARGE, "Ah=3600 mAh=18/5"),
    (_VOLTAGE, "V=1 伏=1 mV=1/1000 毫伏=1/1000 kV=1000 KV=1000 千伏=1000"),
    (_RESISTANCE, "Ω=1 欧姆=1 mΩ=1/1000 kΩ=1000 MΩ=1000000"),
    (_CAPACITANCE, "F=1 mF=1/1000 μF=1/1000000 nF=1/1000000000 pF=1/1000000000000"),
    (_INDUCTION, "T=1 mT=1/1000 Gs=1/10000 kGs=1/10 特斯拉=1"),
    (_FREQUENCY, "Hz=1 赫兹=1 kHz=1000 KHz=1000 千赫=1000 MHz=1000000 GHz=1000000000"),
    (_FREQUENCY, "THz=1000000000000 rpm=1/60 r/min=1/60 转/分=1/60 转/分钟=1/60"),
    (TEMPERATURE, "K=1"),
    (_dimension(mol=1), "mol=1 摩尔=1 mmol=1/1000 μmol=1/1000000"),
    (_dimension(bit=1), "bit=1 kb=1000 Mb=1000000 GB=8000000000 TB=8000000000000 MB=8000000"),
    (_dimension(bit=1, s=-1), "bps=1 kbps=1000 Mbps=1000000 Gbps=1000000000"),
    (_dimension(cd=1), "cd=1"),
    (_dimension(lm=1), "lm=1"),
    (_dimension(lx=1), "lx=1"),
    (MONEY, "元=1"),
    (MESH, "目=1 粒度=1 号=1"),
    ((("Oe", 1),), "Oe=1 kOe=1000 奥斯特=1"),
    ((("Oe·T", 1),), "MGOe=1"),
)
_OWN: Final = (
    *("转", "次", "倍", "层", "片", "套", "台", "件", "个", "人", "级", "度", "°"),
    *("dB", "dBm", "vol%", "at%", "HRC", "HRA", "HV", "HB", "VA"),
)
_CELSIUS: Final = Unit(TEMPERATURE, Fraction(1), Fraction(27315, 100))


def _units() -> dict[str, Unit]:
    found = {spelling: Unit(((spelling, 1),), Fraction(1)) for spelling in _OWN}
    for dimension, line in _LISTED:
        for entry in line.split():
            spelling, _, factor = entry.partition("=")
            found[spelling] = Unit(dimension, Fraction(factor))
    found |= {"dB(A)": found["dB"], "kVA": Unit((("VA", 1),), Fraction(1000))}
    found |= {"MVA": Unit((("VA", 1),), Fraction(1_000_000))}
    found |= {
        "°C": _CELSIUS,
        "摄氏度": _CELSIUS,
        "°F": Unit(TEMPERATURE, Fraction(5, 9), Fraction(45967, 180)),
    }
    return found


UNITS: Final[Mapping[str, Unit]] = _units()
_ATOM = "|".join(re.escape(one) for one in sorted(UNITS, key=len, reverse=True))
# A unit of letters ends where the letters end, and a power belongs to it.
_FACTOR = rf"(?:{_ATOM})(?![A-Za-z])(?:\^?-?[1-4](?![\d.]))?"
UNIT_PATTERN: Final = rf"{_FACTOR}(?:[/·]\(?{_FACTOR}(?:·{_FACTOR})*\)?)*"
_SPLIT = re.compile(rf"([/·])|(\()|(\))|({_ATOM})(?![A-Za-z])(?:\^?(-?[1-4])(?![\d.]))?")


def unit_of(spelling: str) -> Unit | None:
    """The unit of a spelling such as `W/(m·K)`; None when it is none.

    Within a product a temperature is a difference: no offset.
    """
    if spelling in UNITS:
        return UNITS[spelling]
    exponents: dict[str, int] = {}
    factor, sign, inside = Fraction(1), 1, False
    for found in _SPLIT.finditer(spelling):
        operator, opening, closing, atom, power = found.groups()
        if operator:
            sign = -1 if operator == "/" or (inside and sign < 0) else 1
        elif opening:
            inside = True
        elif closing:
            inside = False
        elif atom:
            whole = UNITS.get(f"{atom}{power or ''}") if power else None
            unit, times = (whole, 1) if whole else (UNITS[atom], int(power or 1))
            for base, exponent in unit.dimension:
                exponents[base] = exponents.get(base, 0) + sign * times * exponent
            factor *= unit.factor ** (sign * times)
    if not exponents and factor == 1:
        return None
    return Unit(tuple(sorted((b, e) for b, e in exponents.items() if e)), factor)
