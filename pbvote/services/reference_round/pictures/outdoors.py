"""Things that stand outside: trees, benches, lamps, boats, balls. Each is drawn about (320, 320)."""

from pbvote.services.reference_round.pictures.pen import (
    BRICK,
    BUTTER,
    CORAL,
    DEEP,
    INK,
    LEAF,
    MINT,
    OAT,
    SEA,
    TEAL,
    WHITE,
    YELLOW,
    Pen,
)


def tree(pen: Pen, x: float = 320, y: float = 322, size: float = 1.0, leaf: str = LEAF) -> None:
    pen.box(x - 8 * size, y - 90 * size, 16 * size, 90 * size, BRICK)
    for dx, dy, r in ((-38, -112, 44), (38, -112, 44), (0, -152, 56), (0, -104, 44)):
        pen.oval(x + dx * size, y + dy * size, r * size, leaf)
    pen.oval(x - 16 * size, y - 168 * size, 20 * size, SEA)


def poplar(pen: Pen, x: float, y: float, size: float = 1.0, leaf: str = SEA) -> None:
    pen.box(x - 4 * size, y - 30 * size, 8 * size, 30 * size, BRICK)
    pen.oval(x, y - 78 * size, 24 * size, leaf, 58 * size)


def grove(pen: Pen) -> None:
    poplar(pen, 220, 326, 1.2, TEAL)
    poplar(pen, 428, 326, 1.05, TEAL)
    tree(pen, 326, 332, 1.1)
    for x, colour in ((236, CORAL), (268, YELLOW), (392, CORAL), (420, WHITE)):
        flower(pen, x, 340, colour, 26)


def flower(pen: Pen, x: float, y: float, colour: str, tall: float = 40) -> None:
    pen.line(((x, y), (x, y - tall)), LEAF, 4)
    for dx, dy in ((-9, 0), (9, 0), (0, -9), (0, 9)):
        pen.oval(x + dx, y - tall + dy, 9, colour)
    pen.oval(x, y - tall, 7, INK)


def meadow(pen: Pen) -> None:
    colours = (CORAL, TEAL, BRICK, CORAL, TEAL, CORAL, BRICK)
    for place, colour in enumerate(colours):
        flower(pen, 194 + place * 42, 336 - (place % 2) * 8, colour, 74 + (place * 37) % 62)
    for place in range(13):
        pen.line(((184 + place * 23, 340), (178 + place * 23 + (place % 3) * 6, 300)), TEAL, 5)


def bed(pen: Pen) -> None:
    """A raised bed with rows of vegetables and a can."""
    for place, x in enumerate(range(204, 400, 38)):
        pen.oval(x, 262, 22, LEAF, 16)
        pen.oval(x - 8, 250, 10, SEA, 16)
        pen.oval(x + 8, 250, 10, SEA, 16)
        if place % 2:
            pen.oval(x, 258, 9, CORAL)
    pen.box(178, 268, 246, 58, BRICK, 6)
    pen.box(178, 294, 246, 5, OAT)
    pen.box(432, 270, 62, 56, TEAL, 8)
    pen.arc(463, 268, 26, 180, 360, TEAL, 9)
    pen.line(((492, 310), (528, 272)), TEAL, 10)
    pen.oval(532, 268, 12, TEAL)


def hive(pen: Pen) -> None:
    for place, (wide, y) in enumerate(((74, 188), (108, 216), (128, 246), (132, 276), (120, 304))):
        pen.box(320 - wide / 2, y, wide, 32, CORAL if place % 2 else BRICK, 14)
    pen.oval(320, 300, 16, INK, 20)
    pen.box(244, 332, 152, 10, BRICK, 4)
    for x, y in ((226, 202), (424, 178), (440, 260), (206, 276)):
        pen.oval(x, y - 9, 10, WHITE, 7)
        pen.oval(x, y, 13, INK, 8)
        pen.box(x - 3, y - 8, 5, 16, YELLOW)


def bench(pen: Pen) -> None:
    tree(pen, 424, 330, 1.0)
    for y in (234, 256):
        pen.box(188, y, 200, 14, TEAL, 6)
    pen.box(180, 284, 216, 15, TEAL, 6)
    for x in (204, 364):
        pen.box(x, 230, 10, 104, DEEP)
    pen.line(((186, 284), (186, 262), (212, 262)), DEEP, 8)
    pen.line(((390, 284), (390, 262), (364, 262)), DEEP, 8)
    pen.box(262, 264, 30, 20, CORAL, 4)


def swing(pen: Pen) -> None:
    for x in (212, 428):
        pen.line(((x, 176), (x - 34, 336)), TEAL, 11)
        pen.line(((x, 176), (x + 34, 336)), TEAL, 11)
    pen.line(((200, 176), (440, 176)), DEEP, 13)
    for left, lean, colour in ((262, -26, CORAL), (350, 14, BRICK)):
        pen.line(((left, 178), (left + lean, 286)), INK, 4)
        pen.line(((left + 44, 178), (left + 44 + lean, 286)), INK, 4)
        pen.box(left - 6 + lean, 284, 56, 12, colour, 5)


def tower(pen: Pen) -> None:
    """A climbing tower with a slide."""
    for x in (238, 338):
        pen.box(x, 190, 14, 148, BRICK)
    pen.shape(((222, 192), (295, 134), (368, 192)), CORAL)
    pen.box(230, 240, 130, 14, TEAL, 4)
    for x in (262, 286, 310):
        pen.box(x, 208, 7, 34, TEAL)
    pen.box(238, 206, 114, 8, TEAL, 3)
    pen.line(((352, 248), (420, 300), (462, 326)), YELLOW, 22)
    pen.line(((352, 238), (422, 290), (466, 316)), DEEP, 5)
    for y in (270, 292, 314):
        pen.line(((246, y), (345, y)), OAT, 7)
    pen.line(((295, 134), (295, 98)), INK, 5)
    pen.shape(((297, 98), (340, 110), (297, 124)), TEAL)


def lamp(pen: Pen) -> None:
    pen.shape(((320, 150), (220, 338), (420, 338)), BUTTER)
    pen.box(313, 160, 14, 178, INK)
    pen.box(298, 326, 44, 14, INK, 4)
    pen.shape(((290, 152), (350, 152), (338, 116), (302, 116)), DEEP)
    pen.oval(320, 154, 20, YELLOW, 12)
    pen.line(((320, 116), (320, 104)), INK, 8)
    pen.box(392, 262, 10, 74, BRICK)
    pen.box(366, 214, 62, 50, CORAL, 8)
    pen.box(378, 228, 38, 6, WHITE)
    pen.box(378, 242, 26, 6, WHITE)


def crossing(pen: Pen) -> None:
    pen.shape(((232, 262), (408, 262), (500, 400), (140, 400)), INK)
    for place in range(5):
        y, inset = 272 + place * 26, place * 17
        pen.shape(
            ((252 - inset, y), (388 + inset, y), (396 + inset, y + 13), (244 - inset, y + 13)),
            WHITE,
        )
    for x in (208, 432):
        for place in range(6):
            pen.box(x - 6, 162 + place * 24, 12, 24, INK if place % 2 else WHITE)
        pen.oval(x, 146, 24, CORAL)
        pen.oval(x - 7, 139, 8, BUTTER)


def bike(pen: Pen) -> None:
    for x in (232, 410):
        pen.ring(x, 284, 58, INK, 9)
        pen.ring(x, 284, 48, MINT, 2)
        pen.oval(x, 284, 8, INK)
    frame = ((232, 284), (284, 204), (382, 204), (318, 284), (232, 284))
    pen.line(frame, CORAL, 10)
    pen.line(((284, 204), (318, 284)), CORAL, 10)
    pen.line(((410, 284), (376, 186), (404, 176)), TEAL, 10)
    pen.line(((284, 204), (276, 182)), TEAL, 9)
    pen.box(250, 172, 52, 13, INK, 6)
    pen.oval(318, 284, 15, INK)
    pen.line(((318, 284), (336, 314)), INK, 6)
    pen.box(384, 196, 62, 40, BRICK, 6)
    pen.box(384, 208, 62, 5, OAT)


def boat(pen: Pen) -> None:
    pen.line(((322, 108), (322, 276)), BRICK, 9)
    pen.shape(((332, 116), (332, 254), (436, 254)), TEAL)
    pen.shape(((332, 186), (332, 208), (400, 208), (384, 186)), WHITE)
    pen.shape(((312, 140), (312, 254), (230, 254)), CORAL)
    pen.shape(((198, 270), (452, 270), (408, 326), (240, 326)), TEAL)
    pen.box(204, 270, 244, 11, YELLOW)
    waves(pen, 326)


def waves(pen: Pen, y: float) -> None:
    pen.box(0, y + 6, 640, 400 - y, SEA)
    for x in range(-20, 660, 44):
        pen.pie(x, y + 8, 22, 180, 360, SEA)
    for x in range(30, 640, 130):
        pen.line(((x, y + 34), (x + 46, y + 34)), MINT, 5)


def swimming(pen: Pen) -> None:
    pen.ring(320, 226, 74, CORAL, 30)
    for start in (20, 110, 200, 290):
        pen.arc(320, 226, 75, start, start + 42, OAT, 31)
    waves(pen, 262)


def football(pen: Pen) -> None:
    pen.line(((172, 322), (172, 160), (468, 160), (468, 322)), TEAL, 11)
    for x in range(196, 460, 30):
        pen.line(((x, 168), (x, 318)), SEA, 2)
    for y in range(188, 320, 30):
        pen.line(((178, y), (462, y)), SEA, 2)
    ball(pen, 320, 296, 46)


def ball(pen: Pen, x: float, y: float, r: float) -> None:
    pen.oval(x, y, r, WHITE)
    pen.ring(x, y, r, INK, 4)
    spots = ((0, 0), (0, -0.82), (0.78, -0.25), (0.48, 0.68), (-0.48, 0.68), (-0.78, -0.25))
    for place, (dx, dy) in enumerate(spots):
        size = 0.3 if place == 0 else 0.2
        pen.oval(x + dx * r, y + dy * r, r * size, INK)


def houses(pen: Pen) -> None:
    """A terrace with lit windows, for neighbours and warm homes."""
    for place, (x, wall, roof) in enumerate(((186, CORAL, DEEP), (276, OAT, TEAL), (366, YELLOW, BRICK))):
        top = 214 - (place % 2) * 22
        pen.box(x, top, 88, 336 - top, wall)
        pen.shape(((x - 8, top), (x + 44, top - 56), (x + 96, top)), roof)
        pen.box(x + 62, top - 56, 14, 34, roof)
        pen.box(x + 14, top + 20, 24, 28, WHITE)
        pen.box(x + 50, top + 20, 24, 28, BUTTER if wall != YELLOW else WHITE)
        pen.box(x + 31, 282, 28, 54, INK, 3)
        pen.oval(x + 53, 310, 2.5, YELLOW)


def van(pen: Pen) -> None:
    pen.box(178, 206, 194, 104, TEAL, 12)
    pen.shape(((372, 230), (430, 230), (466, 274), (466, 310), (372, 310)), CORAL)
    pen.shape(((386, 242), (424, 242), (448, 274), (386, 274)), WHITE)
    pen.box(200, 226, 150, 34, YELLOW, 6)
    for x in (230, 412):
        pen.oval(x, 314, 27, INK)
        pen.oval(x, 314, 11, OAT)


def kite(pen: Pen) -> None:
    pen.shape(((330, 92), (398, 168), (330, 268), (262, 168)), CORAL)
    pen.shape(((330, 92), (398, 168), (330, 168)), YELLOW)
    pen.shape(((330, 268), (262, 168), (330, 168)), TEAL)
    pen.line(((330, 268), (312, 300), (338, 322), (318, 350)), INK, 4)
    for x, y in ((312, 300), (338, 322)):
        pen.shape(((x, y), (x - 15, y - 9), (x - 15, y + 9)), BRICK)
        pen.shape(((x, y), (x + 15, y - 9), (x + 15, y + 9)), BRICK)


def tent(pen: Pen) -> None:
    pen.shape(((320, 158), (178, 332), (462, 332)), CORAL)
    pen.shape(((320, 158), (462, 332), (500, 320), (352, 150)), BRICK)
    pen.shape(((320, 196), (276, 332), (364, 332)), INK)
    pen.shape(((320, 196), (276, 332), (300, 332)), BUTTER)
    pen.line(((320, 160), (320, 140)), DEEP, 7)
    pen.line(((186, 322), (146, 344)), INK, 4)
    for lean in (-18, 18):
        pen.line(((548 + lean, 342), (548 - lean, 324)), BRICK, 9)
    pen.shape(((530, 326), (566, 326), (548, 274)), YELLOW)
    pen.shape(((540, 326), (560, 326), (550, 296)), CORAL)


def racket(pen: Pen) -> None:
    """A table-tennis table with bat and ball."""
    pen.line(((388, 236), (430, 298)), BRICK, 20)
    pen.oval(356, 188, 58, CORAL, 62)
    pen.ring(356, 188, 60, DEEP, 5)
    pen.oval(248, 168, 17, WHITE)
    pen.ring(248, 168, 17, INK, 3)
    pen.line(((206, 250), (228, 204)), TEAL, 4)
    pen.line(((186, 226), (214, 186)), TEAL, 4)
    pen.box(152, 306, 336, 16, TEAL, 4)
    pen.box(152, 306, 336, 5, WHITE)
    pen.box(314, 274, 12, 34, INK)
    for x in (196, 432):
        pen.box(x, 320, 12, 46, DEEP)


def skateboard(pen: Pen) -> None:
    pen.shape(((452, 336), (568, 336), (568, 214)), BRICK)
    pen.shape(((452, 336), (520, 312), (568, 214), (568, 246), (530, 322)), OAT)
    pen.line(((178, 254), (212, 280), (398, 280), (432, 254)), CORAL, 18)
    pen.line(((184, 252), (214, 274), (396, 274), (426, 252)), YELLOW, 5)
    for x in (246, 364):
        pen.box(x - 20, 288, 40, 11, DEEP, 4)
        pen.oval(x, 308, 21, INK)
        pen.oval(x, 308, 8, OAT)
    pen.pie(300, 226, 54, 180, 360, TEAL)
    pen.box(240, 222, 122, 12, DEEP, 5)
    for x in (278, 300, 322):
        pen.oval(x, 196, 6, WHITE, 10)
