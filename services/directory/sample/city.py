"""The areas of the sample: nine districts that share their borders, and some quarters."""

from dataclasses import dataclass

Point = tuple[float, float]
"""Longitude, latitude."""

POINTS: dict[str, Point] = {
    # the ring road, clockwise from the north
    "n0": (27.545, 53.972),
    "n1": (27.600, 53.968),
    "ne1": (27.660, 53.960),
    "ne2": (27.722, 53.962),
    "ne3": (27.712, 53.936),
    "e1": (27.706, 53.905),
    "e2": (27.702, 53.875),
    "se1": (27.722, 53.842),
    "se2": (27.668, 53.824),
    "s0": (27.628, 53.827),
    "s1": (27.604, 53.829),
    "s2": (27.560, 53.825),
    "s3": (27.508, 53.832),
    "sw1": (27.452, 53.838),
    "w1": (27.415, 53.866),
    "w2": (27.400, 53.897),
    "w3": (27.413, 53.926),
    "nw1": (27.444, 53.943),
    "nw2": (27.468, 53.954),
    "nw3": (27.500, 53.965),
    # where districts meet inside
    "centre": (27.562, 53.902),
    "north": (27.560, 53.945),
    "park": (27.562, 53.920),
    "kolas": (27.579, 53.912),
    "academy": (27.594, 53.924),
    "luh": (27.607, 53.946),
    "forest": (27.655, 53.916),
    "kupala": (27.602, 53.907),
    "plant": (27.640, 53.886),
    "svislach": (27.588, 53.890),
    "reservoir": (27.622, 53.848),
    "bend": (27.606, 53.872),
    "loshyca": (27.577, 53.854),
    "station": (27.553, 53.891),
    "tracks": (27.561, 53.878),
    "airfield": (27.541, 53.880),
    "hospital": (27.524, 53.858),
    "bridge": (27.541, 53.897),
    "lake": (27.520, 53.912),
    "heights": (27.494, 53.931),
    "west": (27.512, 53.894),
    "south-west": (27.462, 53.885),
}


@dataclass(frozen=True)
class District:
    id: str
    be: str
    ru: str
    en: str
    around: str
    """Points of its border."""


RING = "n0 n1 ne1 ne2 ne3 e1 e2 se1 se2 s0 s1 s2 s3 sw1 w1 w2 w3 nw1 nw2 nw3"

DISTRICTS = (
    District("centralny", "Цэнтральны раён", "Центральный район", "Tsentralny district",
             "nw2 nw3 n0 north park centre bridge lake heights"),
    District("savecki", "Савецкі раён", "Советский район", "Savetski district",
             "n0 n1 luh academy kolas centre park north"),
    District("piersamajski", "Першамайскі раён", "Первомайский район", "Pershamaiski district",
             "n1 ne1 ne2 ne3 e1 forest kupala kolas academy luh"),
    District("partyzanski", "Партызанскі раён", "Партизанский район", "Partyzanski district",
             "centre kolas kupala forest e1 e2 plant svislach"),
    District("zavodski", "Заводскі раён", "Заводской район", "Zavodski district",
             "svislach plant e2 se1 se2 s0 reservoir bend"),
    District("leninski", "Ленінскі раён", "Ленинский район", "Leninski district",
             "centre svislach bend reservoir s0 s1 loshyca tracks station"),
    District("kastrycnicki", "Кастрычніцкі раён", "Октябрьский район", "Kastrychnitski district",
             "station tracks loshyca s1 s2 s3 hospital airfield"),
    District("maskouski", "Маскоўскі раён", "Московский район", "Maskouski district",
             "centre station airfield hospital s3 sw1 w1 south-west west bridge"),
    District("frunzienski", "Фрунзенскі раён", "Фрунзенский район", "Frunzenski district",
             "nw2 heights lake bridge west south-west w1 w2 w3 nw1"),
)  # fmt: skip


@dataclass(frozen=True)
class Quarter:
    """A quarter as an oval: its middle and how far it reaches in degrees."""

    id: str
    be: str
    ru: str
    en: str
    lat: float
    lon: float
    high: float = 0.008
    wide: float = 0.013


QUARTERS = (
    Quarter("urucca", "Уручча", "Уручье", "Uruchcha", 53.949, 27.690),
    Quarter("uschod", "Усход", "Восток", "Uskhod", 53.930, 27.650),
    Quarter("zialiony-luh", "Зялёны Луг", "Зелёный Луг", "Zialiony Luh", 53.953, 27.625),
    Quarter("surhanava", "Сурганава", "Сурганова", "Surhanava", 53.926, 27.578, 0.006, 0.009),
    Quarter("viasnianka", "Вяснянка", "Веснянка", "Viasnianka", 53.945, 27.500, 0.008, 0.012),
    Quarter("drazdy", "Дразды", "Дрозды", "Drazdy", 53.953, 27.532, 0.007, 0.010),
    Quarter("masiukouscyna", "Масюкоўшчына", "Масюковщина", "Masiukoushchyna", 53.930, 27.455),
    Quarter("kamiennaja-horka", "Каменная Горка", "Каменная Горка", "Kamennaya Horka", 53.911, 27.432),
    Quarter("kuncauscyna", "Кунцаўшчына", "Кунцевщина", "Kuntsaushchyna", 53.908, 27.466, 0.007, 0.012),
    Quarter("suharava", "Сухарава", "Сухарево", "Sukharava", 53.883, 27.433),
    Quarter("hrusauka", "Грушаўка", "Грушевка", "Hrushauka", 53.887, 27.515, 0.005, 0.010),
    Quarter("paudniovy-zachad", "Паўднёвы Захад", "Юго-Запад", "Paudniovy Zakhad", 53.865, 27.482),
    Quarter("malinauka", "Малінаўка", "Малиновка", "Malinauka", 53.850, 27.470, 0.007),
    Quarter("kurasouscyna", "Курасоўшчына", "Курасовщина", "Kurasoushchyna", 53.850, 27.540, 0.007),
    Quarter("losyca", "Лошыца", "Лошица", "Loshytsa", 53.839, 27.580, 0.007),
    Quarter("sierabranka", "Серабранка", "Серебрянка", "Serabranka", 53.860, 27.600, 0.007, 0.010),
    Quarter("cyzouka", "Чыжоўка", "Чижовка", "Chyzhouka", 53.839, 27.640, 0.007),
    Quarter("sabany", "Шабаны", "Шабаны", "Shabany", 53.842, 27.690, 0.007, 0.014),
    Quarter("traktarny", "Трактарны", "Тракторный", "Traktarny", 53.883, 27.617, 0.006, 0.010),
    Quarter("sciapianka", "Сцяпянка", "Степянка", "Stsiapianka", 53.899, 27.675, 0.007, 0.012),
    Quarter("niamiha", "Няміга", "Немига", "Niamiha", 53.905, 27.548, 0.004, 0.007),
    Quarter("asmalouka", "Асмалоўка", "Осмоловка", "Asmalouka", 53.914, 27.556, 0.004, 0.006),
)
