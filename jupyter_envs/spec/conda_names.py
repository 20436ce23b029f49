"""What well-known packages of PyPI are called on conda-forge.

A list of facts, kept by hand: a name is here when conda-forge has that very software. Tests
compare it with real package records. A name that is not here is not known, which says nothing
about conda-forge.
"""

from __future__ import annotations

from functools import cache

from packaging.utils import canonicalize_name

_RENAMED = {
    "antlr4-python3-runtime": "antlr-python-runtime",
    "build": "python-build",
    "docker": "docker-py",
    "duckdb": "python-duckdb",
    "fastjsonschema": "python-fastjsonschema",
    "flatbuffers": "python-flatbuffers",
    "graphviz": "python-graphviz",
    "kaleido": "python-kaleido",
    "msgpack": "msgpack-python",
    "opencv-contrib-python": "opencv",
    "opencv-contrib-python-headless": "opencv",
    "opencv-python": "opencv",
    "opencv-python-headless": "opencv",
    "psycopg2-binary": "psycopg2",
    "pyqt5": "pyqt",
    "redis": "redis-py",
    "ruamel-yaml": "ruamel.yaml",
    "sklearn": "scikit-learn",
    "snappy": "python-snappy",
    "tables": "pytables",
    "torch": "pytorch",
    "tzdata": "python-tzdata",
    "xxhash": "python-xxhash",
}

# Here the name is the same, but for '-' and '_'; where that differs, as conda-forge writes it.
_SAME = """
absl-py accelerate aiohttp altair appdirs arrow arviz astropy asttokens attrs azure-storage-blob
bcrypt beautifulsoup4 biopython bitsandbytes black bokeh boto3 botocore bottleneck cartopy
catboost cattrs celery certifi cffi charset-normalizer click cloudpickle cmake colorama coverage
cryptography cupy cycler cython cytoolz dash dask datasets deepspeed diffusers distributed django
dvc einops emoji evaluate faiss-cpu fastapi fastparquet ffmpeg-python filelock fiona flake8 flask
flax folium fonttools fsspec ftfy future fuzzywuzzy gast gcsfs gensim geopandas google-auth
google-cloud-storage gradio grpcio gunicorn gym h5py hdbscan healpy holoviews httptools httpx
huggingface_hub humanize hvplot hydra-core hypothesis idna imageio ipdb ipykernel ipympl ipython
ipywidgets isort jax jaxlib jinja2 joblib jsonschema jupyter jupyterlab jupyterlab-git
jupyter_client keras kiwisolver kombu kornia langchain levenshtein lifelines lightgbm lightning
line_profiler loguru lxml markdown markupsafe matplotlib memory_profiler metpy mlflow ml_dtypes
more-itertools mypy nbconvert nbdime nbformat nest-asyncio netcdf4 networkx ninja nltk notebook
numba numexpr numpy omegaconf onnx onnxruntime openai openpyxl optax optuna orjson osmnx packaging
pandas panel papermill param paramiko patsy pendulum pexpect pillow pint platformdirs plotly
polars pre-commit prefect protobuf psutil py-spy pyarrow pybind11 pybtex pydantic pyinstaller
pyjwt pylint pymongo pymysql pympler pyodbc pyparsing pyperclip pyproj pyspark pytest pytest-cov
python-dateutil python-dotenv python-levenshtein python-magic pytorch-lightning pytz pyvista
pywavelets pyyaml pyzmq rapidfuzz rasterio regex requests rich rioxarray ruff s3fs sacremoses
safetensors scikit-image scikit-learn scipy seaborn sentencepiece sentence-transformers setuptools
shap shapely simplejson six snakeviz sortedcontainers spacy sphinx sqlalchemy statsmodels sympy
tabulate tensorboard tensorboardx tensorflow tensorflow-datasets termcolor textblob threadpoolctl
tiktoken timm tinydb tokenizers toml tomli toolz torchaudio torchmetrics torchvision tornado tqdm
transformers trimesh triton typer typing_extensions ujson umap-learn uncertainties unidecode
urllib3 uvicorn uvloop voila wandb watchdog websockets werkzeug wheel xarray xformers xgboost xlrd
xlsxwriter zarr
"""


@cache
def known_names() -> dict[str, str]:
    """The list: folded name on PyPI to the name on conda-forge."""
    return {**{str(canonicalize_name(name)): name for name in _SAME.split()}, **_RENAMED}


def conda_name_for(pypi_name: str) -> str | None:
    """The name on conda-forge of a package of PyPI; None where this list does not know it."""
    return known_names().get(canonicalize_name(pypi_name))
