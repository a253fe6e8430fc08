#!/usr/bin/env pwsh
# Restores tools, builds, then hands every argument to Cake. On Linux, build.sh also installs what is missing.
$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:DOTNET_NOLOGO = '1'

$arguments = @()
for ($i = 0; $i -lt $args.Count; $i++) {
    if (@('--target', '--experiment', '--set', '--force', '--verbosity') -contains $args[$i]) {
        if ($i + 1 -ge $args.Count) {
            [Console]::Error.WriteLine("build.ps1: $($args[$i]) needs a value, as in $($args[$i])=VALUE")
            exit 2
        }
        $arguments += "$($args[$i])=$($args[$i + 1])"
        $i++
    }
    else {
        $arguments += $args[$i]
    }
}

dotnet tool restore --verbosity quiet
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
dotnet cake @arguments
exit $LASTEXITCODE
