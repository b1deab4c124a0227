"""Writers of SQLite stand in a queue."""

import subprocess
import sys
import threading
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from pbvote.models.database import begin_write, make_engine
from pbvote.models.turns import Turn


def test_only_one_has_the_turn(tmp_path: Path) -> None:
    turn, inside, most = Turn(str(tmp_path / "turn")), [0], []

    def write() -> None:
        for _ in range(50):
            assert turn.take()
            inside[0] += 1
            most.append(inside[0])
            inside[0] -= 1
            turn.give_back()

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 400
    assert max(most) == 1


def test_a_process_that_dies_leaves_the_turn_to_the_others(tmp_path: Path) -> None:
    path = tmp_path / "turn"
    program = (
        "import os, sys; from pbvote.models.turns import Turn; "
        "turn = Turn(sys.argv[1]); assert turn.take(); os.write(1, b'taken'); os.kill(os.getpid(), 9)"
    )
    dead = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, check=False)
    assert dead.stdout == b"taken"
    turn = Turn(str(path))
    assert turn.take()
    turn.give_back()


def test_a_write_that_ends_in_any_way_gives_its_turn_back(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with Session(engine) as session:
        begin_write(session)
        session.execute(text("CREATE TABLE t (n INTEGER)"))
        session.commit()
    for ending in ("commit", "rollback", "close"):
        with Session(engine) as session:
            begin_write(session)
            session.execute(text("INSERT INTO t VALUES (1)"))
            getattr(session, ending)()
    turn = Turn(f"{engine.url.database}.turn")
    assert turn.take()
    turn.give_back()
    engine.dispose()


def test_where_no_file_can_be_made_there_is_no_queue_and_no_error(tmp_path: Path) -> None:
    assert not Turn(str(tmp_path / "missing" / "turn")).take()
