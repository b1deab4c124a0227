"""Things on a table or a stage: cups, books, pots, tools, instruments. Drawn about (320, 320)."""

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


def table(pen: Pen, y: float = 322) -> None:
    pen.box(132, y, 376, 16, BRICK, 5)
    for x in (164, 456):
        pen.box(x, y + 14, 16, 80, DEEP)


def steam(pen: Pen, x: float, y: float, colour: str = WHITE) -> None:
    for place in (-26, 0, 26):
        left = x + place
        pen.arc(left, y - 12, 13, 90, 270, colour, 6)
        pen.arc(left, y - 36, 13, 270, 450, colour, 6)


def teapot(pen: Pen) -> None:
    table(pen)
    steam(pen, 300, 166, CORAL)
    pen.oval(300, 262, 78, TEAL, 60)
    pen.shape(((362, 258), (408, 214), (422, 222), (374, 292)), TEAL)
    pen.ring(216, 260, 34, TEAL, 13)
    pen.box(262, 198, 76, 13, DEEP, 6)
    pen.oval(300, 192, 10, CORAL)
    pen.box(232, 254, 136, 14, YELLOW)
    for x in (426, 470):
        pen.shape(((x - 20, 288), (x + 20, 288), (x + 13, 322), (x - 13, 322)), WHITE)
        pen.oval(x, 288, 20, BRICK, 5)


def pot(pen: Pen) -> None:
    table(pen)
    steam(pen, 320, 158, TEAL)
    pen.box(222, 212, 196, 110, CORAL, 20)
    pen.box(212, 204, 216, 18, BRICK, 8)
    for x in (206, 434):
        pen.ring(x, 240, 17, BRICK, 9)
    pen.oval(270, 200, 20, LEAF, 15)
    pen.oval(318, 196, 19, YELLOW)
    pen.shape(((350, 202), (374, 202), (366, 160)), BRICK)
    pen.line(((392, 204), (430, 132)), DEEP, 9)
    pen.box(244, 250, 152, 10, BUTTER, 5)


def vegetables(pen: Pen) -> None:
    for x, colour in ((246, CORAL), (292, YELLOW), (338, LEAF), (384, CORAL)):
        pen.oval(x, 234, 32, colour)
        pen.line(((x, 206), (x + 6, 192)), DEEP, 6)
    for x in (228, 412):
        pen.shape(((x - 16, 212), (x + 16, 212), (x, 300)), BRICK)
        for lean in (-14, 0, 14):
            pen.line(((x, 212), (x + lean, 172)), LEAF, 7)
    pen.shape(((190, 248), (450, 248), (422, 336), (218, 336)), OAT)
    for x in range(216, 440, 34):
        pen.line(((x, 252), (x + (320 - x) * 0.12, 332)), BRICK, 5)
    pen.box(184, 240, 272, 15, BRICK, 6)


def loaf(pen: Pen) -> None:
    table(pen)
    pen.box(206, 234, 150, 88, BRICK, 36)
    pen.box(206, 276, 150, 46, BRICK, 6)
    for x in (238, 276, 314):
        pen.line(((x, 258), (x + 16, 236)), BUTTER, 8)
    pen.oval(420, 290, 33, CORAL)
    pen.line(((420, 260), (426, 244)), DEEP, 6)
    pen.oval(440, 250, 14, LEAF, 8)
    pen.box(370, 300, 20, 22, WHITE, 4)


def stall(pen: Pen) -> None:
    for x in (190, 436):
        pen.box(x, 180, 12, 158, DEEP)
    for place in range(7):
        colour = CORAL if place % 2 == 0 else WHITE
        pen.box(176 + place * 41, 140, 41, 46, colour)
        pen.pie(196.5 + place * 41, 186, 20.5, 0, 180, colour)
    pen.box(182, 270, 274, 68, BRICK, 6)
    for place, colour in enumerate((YELLOW, CORAL, LEAF, YELLOW, CORAL)):
        for dx, dy in ((-13, 0), (13, 0), (0, -14)):
            pen.oval(216 + place * 52 + dx, 262 + dy, 13, colour)
    pen.box(182, 292, 274, 6, OAT)


def books(pen: Pen) -> None:
    table(pen)
    spines = ((184, 40, 132, TEAL), (228, 30, 150, CORAL), (262, 48, 118, YELLOW), (314, 32, 142, DEEP))
    for x, wide, tall, colour in spines:
        pen.box(x, 322 - tall, wide, tall, colour, 4)
        pen.box(x, 322 - tall + 18, wide, 8, WHITE)
    pen.shape(((352, 316), (400, 190), (432, 202), (386, 322)), SEA)
    pen.shape(((368, 272), (398, 196), (404, 198), (374, 274)), OAT)
    pen.box(412, 304, 78, 18, BRICK, 4)
    pen.box(420, 286, 66, 18, MINT, 4)
    pen.oval(454, 266, 18, CORAL)
    pen.line(((454, 250), (460, 238)), DEEP, 5)


def easel(pen: Pen) -> None:
    pen.line(((320, 112), (226, 342)), BRICK, 11)
    pen.line(((320, 112), (414, 342)), BRICK, 11)
    pen.line(((320, 112), (320, 330)), BRICK, 9)
    pen.box(216, 140, 208, 142, WHITE, 4)
    pen.box(226, 150, 188, 122, MINT)
    pen.oval(374, 184, 20, YELLOW)
    pen.shape(((226, 272), (226, 240), (290, 204), (346, 246), (384, 222), (414, 250), (414, 272)), TEAL)
    pen.box(208, 282, 224, 13, DEEP, 5)
    for x, colour in ((444, CORAL), (468, YELLOW), (492, TEAL)):
        pen.box(x, 306, 19, 32, colour, 4)


def drum(pen: Pen) -> None:
    pen.box(224, 222, 170, 104, CORAL)
    pen.oval(309, 326, 85, CORAL, 22)
    for place in range(5):
        x = 226 + place * 42
        pen.line(((x, 226), (x + 21, 332), (x + 42 if place < 4 else x + 21, 226)), WHITE, 4)
    pen.oval(309, 222, 87, DEEP, 26)
    pen.oval(309, 219, 78, BUTTER, 21)
    pen.line(((352, 212), (446, 132)), BRICK, 9)
    pen.line(((272, 212), (196, 126)), BRICK, 9)
    pen.oval(350, 214, 9, BRICK)
    pen.oval(274, 213, 9, BRICK)
    for x, y in ((446, 250), (490, 204)):
        note(pen, x, y)


def note(pen: Pen, x: float, y: float, colour: str = TEAL) -> None:
    pen.oval(x, y, 12, colour, 9)
    pen.line(((x + 10, y - 2), (x + 10, y - 46), (x + 26, y - 36)), colour, 5)


def guitar(pen: Pen) -> None:
    pen.line(((352, 228), (448, 120)), BRICK, 18)
    pen.line(((440, 128), (464, 102)), DEEP, 25)
    pen.oval(338, 240, 48, CORAL)
    pen.oval(278, 288, 62, CORAL)
    pen.oval(304, 266, 23, INK)
    pen.line(((270, 296), (456, 110)), BUTTER, 3)
    pen.line(((248, 294), (276, 320)), DEEP, 8)
    note(pen, 206, 220)
    note(pen, 444, 248)


def stage(pen: Pen) -> None:
    pen.box(176, 128, 288, 200, DEEP)
    pen.shape(((258, 328), (320, 152), (382, 328)), BUTTER)
    for x, way in ((176, 1), (464, -1)):
        for place in range(3):
            pen.shape(
                ((x, 128), (x + way * (74 - place * 22), 128), (x + way * (46 - place * 16), 328), (x, 328)),
                CORAL if place % 2 == 0 else BRICK,
            )
    for place in range(6):
        pen.pie(200 + place * 48, 128, 24, 0, 180, YELLOW)
    pen.box(160, 116, 320, 18, TEAL, 6)
    pen.box(152, 326, 336, 18, BRICK, 4)
    for x, colour in ((302, WHITE), (338, YELLOW)):
        pen.oval(x, 262, 22, colour, 27)
        pen.oval(x - 7, 256, 3.5, INK)
        pen.oval(x + 7, 256, 3.5, INK)
        start, end = (20, 160) if x == 302 else (200, 340)
        pen.arc(x, 266 if x == 302 else 280, 10, start, end, INK, 3)


def bunting(pen: Pen) -> None:
    for row, y in enumerate((120, 176)):
        for place in range(12):
            x = 60 + place * 46 - row * 18
            sag = y + 26 - abs(place - 5.5) ** 2 * 1.2
            colour = (CORAL, YELLOW, TEAL, WHITE)[(place + row) % 4]
            pen.shape(((x, sag), (x + 34, sag), (x + 17, sag + 36)), colour)
            pen.line(((x - 6, sag), (x + 40, sag)), INK, 3)
    stall_top = 250
    pen.box(214, stall_top, 212, 14, BRICK, 5)
    for x in (230, 396):
        pen.box(x, stall_top + 12, 14, 78, DEEP)
    for x, colour in ((256, CORAL), (308, YELLOW), (360, TEAL)):
        pen.box(x - 18, stall_top - 28, 36, 28, colour, 6)
        pen.oval(x, stall_top - 30, 18, WHITE, 8)


def tools(pen: Pen) -> None:
    pen.box(188, 236, 264, 98, TEAL, 10)
    pen.box(188, 270, 264, 8, YELLOW)
    pen.line(((270, 236), (270, 208), (370, 208), (370, 236)), DEEP, 11)
    pen.box(304, 262, 32, 26, WHITE, 5)
    pen.line(((224, 236), (206, 146)), BRICK, 13)
    pen.box(174, 124, 72, 30, INK, 5)
    pen.line(((414, 236), (430, 160)), INK, 10)
    pen.ring(434, 138, 20, INK, 11)
    pen.shape(((426, 132), (442, 132), (446, 108), (422, 108)), BUTTER)
    pen.box(292, 140, 20, 62, CORAL, 8)
    pen.line(((302, 140), (302, 104)), INK, 6)


def sewing(pen: Pen) -> None:
    table(pen)
    pen.box(210, 302, 216, 20, DEEP, 6)
    pen.box(380, 204, 42, 106, TEAL, 8)
    pen.box(222, 192, 200, 50, TEAL, 16)
    pen.box(226, 232, 36, 38, TEAL, 6)
    pen.line(((244, 268), (244, 304)), INK, 4)
    pen.oval(428, 224, 22, CORAL)
    pen.box(330, 166, 22, 28, YELLOW, 4)
    pen.line(((330, 176), (244, 200), (244, 262)), CORAL, 3)
    pen.shape(((150, 322), (150, 290), (244, 306), (262, 322)), CORAL)
    pen.box(296, 208, 60, 14, BUTTER, 6)


def laptop(pen: Pen) -> None:
    table(pen)
    pen.box(218, 172, 204, 134, INK, 10)
    pen.box(230, 184, 180, 110, MINT)
    pen.box(248, 204, 80, 11, TEAL, 4)
    pen.box(248, 226, 140, 9, WHITE, 4)
    pen.box(248, 246, 120, 9, WHITE, 4)
    pen.box(248, 266, 60, 14, CORAL, 6)
    pen.shape(((206, 306), (434, 306), (454, 322), (186, 322)), DEEP)
    pen.box(464, 282, 26, 40, YELLOW, 5)
    for lean, colour in ((-6, CORAL), (4, TEAL), (12, BRICK)):
        pen.line(((477, 284), (477 + lean, 246)), colour, 5)


def chair(pen: Pen) -> None:
    """An armchair and a lamp, for staying in with company."""
    pen.box(236, 192, 150, 120, CORAL, 26)
    pen.box(214, 246, 44, 78, BRICK, 18)
    pen.box(364, 246, 44, 78, BRICK, 18)
    pen.box(252, 262, 118, 46, YELLOW, 12)
    for x in (232, 378):
        pen.box(x, 320, 12, 22, DEEP)
    pen.box(452, 190, 9, 148, INK)
    pen.box(430, 332, 54, 10, INK, 4)
    pen.shape(((424, 196), (490, 196), (474, 142), (440, 142)), BUTTER)
    pen.box(160, 288, 52, 10, TEAL, 4)
    pen.box(180, 296, 10, 44, TEAL)
    pen.oval(186, 280, 16, WHITE, 10)


def telephone(pen: Pen) -> None:
    table(pen)
    pen.shape(((232, 322), (256, 240), (384, 240), (408, 322)), TEAL)
    pen.oval(320, 284, 31, WHITE)
    pen.ring(320, 284, 31, DEEP, 4)
    for dx, dy in ((0, -18), (16, -9), (16, 9), (0, 18), (-16, 9), (-16, -9)):
        pen.oval(320 + dx, 284 + dy, 5, CORAL)
    pen.arc(320, 262, 78, 200, 340, DEEP, 22)
    for x in (246, 394):
        pen.oval(x, 232, 23, DEEP, 18)
    for r in (26, 46):
        pen.arc(430, 168, r, 290, 380, CORAL, 6)
        pen.arc(210, 168, r, 160, 250, CORAL, 6)


def heart(pen: Pen) -> None:
    pen.oval(278, 208, 53, CORAL)
    pen.oval(362, 208, 53, CORAL)
    pen.shape(((231, 234), (409, 234), (320, 326)), CORAL)
    pen.shape(((240, 225), (400, 225), (320, 300)), CORAL)
    pen.line(((214, 238), (282, 238), (302, 196), (332, 276), (350, 238), (426, 238)), WHITE, 8)
    pen.oval(262, 190, 13, BUTTER, 9)


def apple(pen: Pen) -> None:
    table(pen)
    pen.oval(286, 262, 56, CORAL, 60)
    pen.oval(338, 262, 56, CORAL, 60)
    pen.line(((312, 212), (320, 176)), BRICK, 9)
    pen.oval(350, 184, 29, LEAF, 14)
    pen.oval(266, 244, 11, BUTTER, 17)
    pen.box(410, 236, 58, 86, TEAL, 10)
    pen.box(418, 220, 42, 18, DEEP, 5)
    pen.box(410, 262, 58, 26, WHITE)


def clothes(pen: Pen) -> None:
    pen.line(((110, 158), (530, 158)), INK, 5)
    shirt = (
        (0, 12),
        (26, 0),
        (58, 0),
        (84, 12),
        (98, 48),
        (76, 58),
        (70, 46),
        (70, 118),
        (14, 118),
        (14, 46),
    )
    for x, colour in ((160, CORAL), (272, BRICK), (384, TEAL)):
        pen.shape([(x + px, 162 + py) for px, py in (*shirt, (14, 46), (8, 58), (-14, 48))], colour)
        pen.box(x + 6, 150, 7, 20, BRICK)
        pen.box(x + 70, 150, 7, 20, BRICK)
    pen.shape(((214, 296), (426, 296), (404, 344), (236, 344)), OAT)
    for x in range(236, 420, 26):
        pen.line(((x, 300), (x + (320 - x) * 0.1, 340)), BRICK, 4)


def bell(pen: Pen) -> None:
    pen.box(214, 112, 212, 18, BRICK, 5)
    pen.box(312, 126, 16, 26, DEEP)
    pen.oval(320, 200, 60, YELLOW, 56)
    pen.shape(((260, 200), (380, 200), (412, 292), (228, 292)), YELLOW)
    pen.box(220, 284, 200, 18, BRICK, 8)
    pen.oval(320, 312, 17, DEEP)
    pen.oval(294, 190, 9, WHITE, 28)
    for r in (24, 44):
        pen.arc(440, 240, r, 300, 420, TEAL, 6)
        pen.arc(200, 240, r, 120, 240, TEAL, 6)
