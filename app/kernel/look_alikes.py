"""Characters that look the same to a reader of a name, and the one that stands for them.

Sources: GB 18030-2000, -2005 and -2022 (bytes that lay in the private-use area in one edition and have a code point in a
later one), Unicode's `EquivalentUnifiedIdeograph.txt` (radicals), and what people type for the dot between the parts of a name.
"""

_FIRST_PRIVATE = 0xE815
_FORMERLY_PRIVATE = (
    "厂𠂇𠂉𠃌乙㑳㑇刀㔾龴㖞㘚㘎小心㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠牛𡗗龸𤴔䁖䅟𥫗䌷㓁羊𦍌𢦏䎱䎬聿䏝䓖䙡䙌龹䜣䜩䝼"
    "䞍𧾷䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
"""GB 18030 bytes FE50 to FEA0, which the older tables put at U+E815 to U+E864; radicals already as ideographs."""
_RADICALS = (
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳"
    "⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥"
    "⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳"
)
_OF_RADICALS = (
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁"
    "冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼"
    "鸟卤麦黄黾斉齐歯齿竜龙龜亀龟"
)
"""U+2E81 to U+2EF3; NFKC knows those of U+2F00 to U+2FD5 only."""

MIDDLE_DOT, APOSTROPHE = "·", "'"
_DOTS = "•‧∙⋅・.。●º°˙˚◦∘⦁⸱⸳ꞏㆍ᛫ᐧ․"
_APOSTROPHES = "’‘‛ʼʻʹ`´ˊˋ′‵"
_BRACKETS = "〔【[〕】]", "((()))"
_GLYPHS = "靑戶戸黃", "青户户黄"
"""What NFKC makes of the radicals ⾭ ⼾ ⿈ differs from what a simplified font shows for them."""
_INVISIBLE = [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0), 0x115F, 0x1160, 0x2800, 0x3164, 0xFFA0]
"""Variation selectors, and fillers that no category calls blank."""

TABLE: dict[int, str | int | None] = {
    **{_FIRST_PRIVATE + place: char for place, char in enumerate(_FORMERLY_PRIVATE)},
    0xE7C7: "ḿ",
    0xE7C8: "ǹ",
    **str.maketrans(_RADICALS, _OF_RADICALS),
    **str.maketrans(_DOTS, MIDDLE_DOT * len(_DOTS)),
    **str.maketrans(_APOSTROPHES, APOSTROPHE * len(_APOSTROPHES)),
    **str.maketrans(*_BRACKETS),
    **str.maketrans(*_GLYPHS),
    **dict.fromkeys(_INVISIBLE),
}
"""For `str.translate`, before and after NFKC: it would turn º into o, and only makes ． into a dot that is listed."""
