# The same words as ./run, for Windows: .\run.ps1, .\run.ps1 test, .\run.ps1 help
# Needs Python 3.11 or newer from python.org. Brings uv and the locked packages into this folder.
$ErrorActionPreference = "Stop"
Set-Location $PSScriptRoot
$word = if ($args.Count -gt 0) { $args[0] } else { "main" }
$rest = if ($args.Count -gt 1) { $args[1..($args.Count - 1)] } else { @() }
$python = ".venv\Scripts\python.exe"

function Set-Up {
    if (-not (Test-Path ".uv\Scripts\uv.exe")) {
        py -3 -m venv .uv
        .uv\Scripts\python.exe -m pip install -q --disable-pip-version-check "uv>=0.9"
    }
    $same = (Test-Path ".venv\.installed") -and ((Get-FileHash uv.lock).Hash -eq (Get-FileHash .venv\.installed).Hash)
    if (-not $same) {
        $env:UV_PROJECT_ENVIRONMENT = ".venv"
        .uv\Scripts\uv.exe sync --frozen --compile-bytecode --no-progress
        if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
        Copy-Item uv.lock .venv\.installed
    }
}

if ($word -in @("help", "-h", "--help")) {
    Write-Output "Words: (none) test journey app hub check bench prove audit tool. README.md says what each does."
    exit 0
}
$modules = @{
    main = "caseworker.demo.showcase"; app = "ui"; hub = "caseworker.hub"; tool = "caseworker"
    journey = "tests.journey"; test = "pytest"; bench = "tests.bench"; prove = "tests.prove"; audit = "tests.audit"
}
Set-Up
if ($word -eq "check") {
    $failed = 0
    & $python -m ruff check .; if ($LASTEXITCODE -ne 0) { $failed = 1 }
    & $python -m ruff format --check .; if ($LASTEXITCODE -ne 0) { $failed = 1 }
    & $python -m mypy; if ($LASTEXITCODE -ne 0) { $failed = 1 }
    .venv\Scripts\lint-imports.exe; if ($LASTEXITCODE -ne 0) { $failed = 1 }
    & $python -m pytest -q tests/test_documents.py tests/test_strings.py tests/test_house.py
    if ($LASTEXITCODE -ne 0) { $failed = 1 }
    exit $failed
}
if (-not $modules.ContainsKey($word)) { Write-Error "There is no word `"$word`"."; exit 2 }
if ($word -in @("journey", "test", "bench", "prove")) { $env:QT_QPA_PLATFORM = "offscreen" }
if ($word -eq "test") {
    # Two at a time, unless the arguments say how many, or ask for one test to be followed closely.
    $own = "^-n", "^--numprocesses", "^--dist", "no:xdist$", "^--pdb", "^--trace$", "^-s$", "^--capture=no$"
    if (-not ($rest | Where-Object { $_ -match ($own -join "|") })) { $rest = @("-n", "2") + $rest }
}
& $python -m $modules[$word] @rest
exit $LASTEXITCODE
