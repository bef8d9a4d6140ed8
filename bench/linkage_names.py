"""Synthetic registers and noisy lists: place + brand + trade + legal form, then what lists do.

A list row drops the place, the trade or the legal form, mistypes or mishears a character of the
brand, or uses an old name. Only frequencies are made up; no real name is in it.
"""

from __future__ import annotations

import numpy as np

from lianshu.engine.linkage import Record
from lianshu.engine.linkage.encoding import sounds
from lianshu.engine.linkage.names import places

_BRAND = (
    "华新中天海金东国恒瑞盛宏大安达信泰兴源德智远科美联永康通力创正丰亚龙凯嘉润顺利博环佳元光星"
    "银福成方明锦百晨旺立诚隆胜益昌飞鹏宝鼎众和晟鑫辉耀浩宇航翔腾云峰岭江河洋洲甬舟越秀玉石松柏"
    "竹梅兰菊春夏秋冬阳月辰昊旭晖朗晴雅颂风雷电火山水木林森禾田谷米麦稻香橙青蓝紫红绿白黑乐欣悦"
    "怡思慧敏捷锐迅驰骏骐骥麟凤凰鹤鸿雁鹰鲲鲸虎豹狮象驼牛马羊易简纯真善仁义礼智贤良才俊杰英豪雄"
    "伟强健勇毅坚韧固定稳平衡均合同心致力求索探知悟觉得能为先锋前进步升腾跃起航启开拓展望观察视听"
)
_TRADE = (
    *("科技", "电子", "机械", "精密机械", "自动化设备", "新材料", "生物科技"),
    *("医疗器械", "环保科技", "节能科技", "信息技术", "软件", "网络科技", "智能装备"),
    *("汽车零部件", "模具", "塑料制品", "化工", "纺织", "服饰", "食品"),
    *("物流", "贸易", "进出口", "建设工程", "装饰工程", "文化传媒", "电气"),
    *("仪表", "光电科技", "半导体", "新能源", "电源", "五金制品", "轴承"),
    *("阀门", "泵业", "包装材料", "印刷", "家具"),
)
UNCHANGED = 0.08
_LEGAL = ("有限公司", "有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司")


class Maker:
    """Names from a seed."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        every = sorted(name for name, of in places().items() if name != of)
        self._cities = [every[n] for n in self._random.permutation(len(every))[:330]]
        self._share = 1 / (5 + np.arange(len(self._cities)))
        self._share /= self._share.sum()
        letters = sorted(set(_BRAND))
        self._letters = [letters[n] for n in self._random.permutation(len(letters))]
        self._often = 1 / (20 + np.arange(len(letters)))
        self._often /= self._often.sum()
        table = sounds()
        self._alike: dict[int, list[str]] = {}
        for code in range(0x4E00, 0x9FA5):
            self._alike.setdefault(int(table[code]), []).append(chr(code))
        self._sound = table

    def _brand(self) -> str:
        length = self._random.choice((2, 3, 4), p=(0.68, 0.24, 0.08))
        return "".join(self._random.choice(self._letters, length, p=self._often))

    def register(self, count: int) -> list[tuple[Record, tuple[str, str, str, str]]]:
        """Firms and their parts; a tenth had another brand before. No name comes twice."""
        random = self._random
        cities = random.choice(self._cities, count, p=self._share)
        trades = random.integers(len(_TRADE), size=count)
        legal = random.integers(len(_LEGAL), size=count)
        lengths = random.choice((2, 3, 4), count, p=(0.68, 0.24, 0.08))
        letters = random.choice(self._letters, (count, 8), p=self._often)
        renamed = random.random(count) < 0.1
        ends = random.choice(("", "市"), count)
        made, seen = [], set()
        for n in range(count):
            brand = "".join(letters[n, : lengths[n]])
            parts = str(cities[n]), brand, _TRADE[trades[n]], _LEGAL[legal[n]]
            name = parts[0] + str(ends[n]) + parts[1] + parts[2] + parts[3]
            if name in seen:
                continue
            seen.add(name)
            old = parts[0] + "".join(letters[n, 4 : 4 + lengths[n]]) + parts[2] + parts[3]
            former = (old,) if renamed[n] else ()
            made.append((Record(f"E{n}", name, "", parts[0], (), former), parts))
        return made

    def noisy(self, entry: tuple[Record, tuple[str, str, str, str]], number: int) -> Record:
        """A row that means the firm, as lists write it; one in ten states no city."""
        record, (place, brand, trade, legal) = entry
        random = self._random
        name = record.name
        if random.random() >= UNCHANGED:
            if record.former_names and random.random() < 0.5:
                brand = record.former_names[0][len(place) :][: len(brand)]
            change = random.random()
            at = int(random.integers(len(brand)))
            if change < 0.15:
                brand = brand[:at] + str(random.choice(self._letters)) + brand[at + 1 :]
            elif change < 0.35:
                alike = self._alike[int(self._sound[ord(brand[at])])]
                brand = brand[:at] + str(random.choice(alike)) + brand[at + 1 :]
            drop = random.random(3)
            name = ("" if drop[0] < 0.35 else place) + brand
            name += ("" if drop[1] < 0.25 else trade) + ("" if drop[2] < 0.4 else legal)
        city = place if random.random() < 0.9 else ""
        return Record(f"L{number}", name, "", city)

    def list_of(
        self, register: list[tuple[Record, tuple[str, str, str, str]]], count: int
    ) -> tuple[list[Record], list[str]]:
        """Rows and the id that each means."""
        chosen = self._random.permutation(len(register))[:count]
        rows = [self.noisy(register[n], at) for at, n in enumerate(chosen.tolist())]
        return rows, [register[n][0].id for n in chosen.tolist()]
