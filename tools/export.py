"""Write a trained network as ONNX or torch.export's .pt2, checked against PyTorch."""

from _run import run

if __name__ == "__main__":  # not in a loader process that is spawned from it
    run("export")
