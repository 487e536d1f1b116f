"""unpack.py WHEEL FOLDER: the libraries and the C headers of TensorFlow's wheel, as FOLDER/lib and FOLDER/include."""
import os
import shutil
import sys
import zipfile

LIBRARIES = ("tensorflow/libtensorflow_cc.so.2", "tensorflow/libtensorflow_framework.so.2")
HEADERS = "tensorflow/include/"
NEEDED = tuple(HEADERS + part for part in ("tensorflow/c/", "tensorflow/core/platform/", "tsl/platform/", "xla/tsl/c/"))

with zipfile.ZipFile(sys.argv[1]) as wheel:
    for name in wheel.namelist():
        if name in LIBRARIES:
            target = os.path.join(sys.argv[2], "lib", os.path.basename(name))
        elif name.startswith(NEEDED) and name.endswith(".h"):
            target = os.path.join(sys.argv[2], "include", name[len(HEADERS):])
        else:
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with wheel.open(name) as source, open(target, "wb") as file:
            shutil.copyfileobj(source, file, 1 << 20)
