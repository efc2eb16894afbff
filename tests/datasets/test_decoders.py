"""A record and the log say how the videos were read, in loader processes too."""

import json

from ..reading.corpus import write
from ..tool import run_here, write_config
from ..videos import write_dataset

REASON = "container or codec"


def test_decoders_are_counted_in_the_record_and_said_once_a_list(tmp_path, capfd):
    listed = write_dataset(tmp_path)
    for name in ("4.mpg", "5.mpg"):
        write(tmp_path / name, "mpeg2video", frames=20)
    listed.write_text(listed.read_text() + "4.mpg 0\n5.mpg 1\n")
    settings = "train_dataloader.update(num_workers=2)\ntrain_cfg.update(max_epochs=1)\n"
    config = write_config(tmp_path, tmp_path, settings)
    run_here("train", config, "--no-validate", "--records", tmp_path / "records", cwd=tmp_path)
    (path,) = (tmp_path / "records/train").glob("*.json")
    expected = {"seeking": 4, REASON: 2}
    assert json.loads(path.read_text())["detail"]["decoders"] == {str(listed): expected}
    out, err = capfd.readouterr()
    assert f"{listed}: videos read: 4 by seeking, 2 by PyAV from the start ({REASON})" in out + err
    assert (out + err).count("is decoded from its start") in (1, 2)  # each process may be the first

    checkpoint = tmp_path / "work_dirs/tiny/epoch_1.pth"
    options = ["--cfg-options", "video_decoder=pyav"]
    run_here("test", config, checkpoint, "--records", tmp_path / "records", *options, cwd=tmp_path)
    (path,) = (tmp_path / "records/test").glob("*.json")
    tested = json.loads(path.read_text())
    assert tested["detail"]["decoders"] == {str(listed): {"pyav": 6}}
