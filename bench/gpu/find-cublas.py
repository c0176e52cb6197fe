"""Prints a folder with include and lib of cuBLAS out of pip's nvidia packages, made of links at the given place.

Prints nothing where the CUDA toolkit of nvcc has cuBLAS itself. Packages have libraries by their SONAME alone
(libcublas.so.13); CMake asks for the plain name too.
"""

import shutil
import site
import sys
from pathlib import Path

toolkit = Path(shutil.which("nvcc")).resolve().parent.parent
if (toolkit / "include" / "cublas_v2.h").exists():
    sys.exit()

packages = [Path(folder) / "nvidia" for folder in [*site.getsitepackages(), site.getusersitepackages(), *sys.path]]
headers = [found.parent for folder in packages for found in folder.glob("*/include/cublas_v2.h")]
if not headers:
    sys.exit("Expected cuBLAS 13 in the CUDA toolkit or in Python's packages (nvidia-cublas) but found neither")
place = Path(sys.argv[1]).absolute()
shutil.rmtree(place, ignore_errors=True)
(place / "lib").mkdir(parents=True)
(place / "include").symlink_to(headers[0])
for library in (headers[0].parent / "lib").glob("*.so*"):
    for name in {library.name, library.name.split(".so")[0] + ".so"}:
        (place / "lib" / name).symlink_to(library)
print(place)
