#Requires -Version 7.2
# Finds, verifies and starts the program of one action on Windows: launch.ps1 <action> [argument...]
#
# An action's step runs it like this (other systems have launch.sh):
#
#   shell: pwsh -NoLogo -NoProfile -NonInteractive -File {0}
#   run: |
#     & "$env:GITHUB_ACTION_PATH/../../dist/launch.ps1" <action>
#     exit $LASTEXITCODE
#
# The rules are those of launch.sh, which states and explains them. Two things differ: Windows can't replace a
# process by another, so this one waits for the program and hands on its exit status; and so it can remove the copy
# afterwards. The program inherits the standard streams, so that its bytes pass through no encoding.
Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

# Cmdlets come from modules; only PowerShell's own may be found until the program starts.
$callersModules = $env:PSModulePath
$env:PSModulePath = [IO.Path]::Combine($PSHOME, 'Modules')

$action = ''
[string[]] $rest = @()
if ($args.Count -gt 0) { $action = [string] $args[0] }
if ($args.Count -gt 1) { $rest = $args[1..($args.Count - 1)] }
$private = ''
$found = ''

# Control characters and the runner's second command prefix are taken out: paths come from the environment.
function Get-Clean([string] $text) {
    return [regex]::Replace($text, '[\x00-\x1f\x7f]', '?').Replace('##[', '##(')
}

function Write-Said([string] $level, [string] $what, [string] $next) {
    $what = Get-Clean "gatewright ${action}: $what"
    $next = Get-Clean $next
    if ($env:GITHUB_ACTIONS -ceq 'true') {
        $what = $what.Replace('%', '%25')
        $next = $next.Replace('%', '%25')
        [Console]::Error.WriteLine("::$level title=Gatewright::$what%0Ahelp: $next")
    } else {
        [Console]::Error.WriteLine("${level}: $what`n  help: $next")
    }
}

function Stop-Launch([string] $what, [string] $next) {
    Write-Said 'error' $what $next
    exit 3
}

function Get-Sha256([string] $path) {
    $stream = [IO.File]::OpenRead($path)
    try {
        return [Convert]::ToHexString([Security.Cryptography.SHA256]::Create().ComputeHash($stream)).ToLowerInvariant()
    } finally {
        $stream.Dispose()
    }
}

# Whether a candidate, once copied, is the right program.
function Test-Candidate([string] $path) {
    $script:found = 'nothing'
    if (-not [IO.File]::Exists($path)) { return $false }
    $script:found = 'unreadable'
    try {
        if ([IO.FileInfo]::new($path).Length -ne $size) {
            $script:found = Get-Sha256 $path
            return $false
        }
        [IO.File]::Copy($path, $copy, $true)
        [IO.File]::SetAttributes($copy, [IO.FileAttributes]::Normal)
        $script:found = Get-Sha256 $copy
    } catch {
        return $false
    }
    return $script:found -ceq $sha256
}

function Start-Program([string] $path) {
    $env:PSModulePath = $callersModules
    $start = [Diagnostics.ProcessStartInfo]::new($path)
    $start.UseShellExecute = $false
    foreach ($argument in $rest) { $start.ArgumentList.Add($argument) }
    $process = [Diagnostics.Process]::Start($start)
    $process.WaitForExit()
    exit $process.ExitCode
}

# Downloads the program and verifies it, in three attempts; returns why the last one failed, or nothing.
function Get-Release {
    $curl = [IO.Path]::Combine([Environment]::SystemDirectory, 'curl.exe')
    if (-not [IO.File]::Exists($curl)) { return "$curl is missing" }
    $flags = @('-q', '--fail', '--silent', '--show-error', '--connect-timeout', '20', '--max-time', '300',
        '--speed-time', '30', '--speed-limit', '1000', '--max-filesize', "$size", '--output', $copy)
    if ($url.StartsWith('https:')) {
        $flags += @('--location', '--max-redirs', '5', '--proto', '=https', '--proto-redir', '=https', '--tlsv1.2')
    } else {
        $flags += @('--proto', '=http', '--noproxy', '*')
    }
    $why = ''
    foreach ($attempt in 1..3) {
        [IO.File]::Delete($copy)
        $said = @(& $curl @flags $url 2>&1)
        $status = $LASTEXITCODE
        if ($status -eq 0 -and [IO.File]::Exists($copy)) {
            $script:found = Get-Sha256 $copy
            if ($script:found -ceq $sha256) { return '' }
            $bytes = [IO.FileInfo]::new($copy).Length
            if ($bytes -eq $size) {
                Stop-Launch "$url is not the program of release ${version}: expected sha256 $sha256, found $script:found" (
                    'do not run what lies there; the release or the way to it was tampered with: report it')
            }
            $why = "$bytes of $size bytes arrived"
        } elseif ($said.Count -gt 0) {
            $why = [string] $said[-1]
        } else {
            $why = "curl ended with status $status"
        }
        if ($attempt -lt 3) { [Threading.Thread]::Sleep(1000 * $attempt) }
    }
    return $why
}

# Leaves the verified program in the tool cache: whole or not at all, the marker last. A cache that cannot be
# written is no failure.
function Save-Release([string] $folder) {
    $new = [IO.Path]::Combine($folder, '.new.' + [Guid]::NewGuid().ToString('N'))
    try {
        [void] [IO.Directory]::CreateDirectory($folder)
        [IO.File]::Copy($copy, $new)
        [IO.File]::Move($new, [IO.Path]::Combine($folder, "$action.exe"), $true)
        [IO.File]::WriteAllText("$folder.complete", '')
    } catch {
        try { [IO.File]::Delete($new) } catch { return }
    }
}

try {
    if ($action -cnotmatch '\A[a-z][a-z0-9-]*\z') {
        Stop-Launch 'the first argument is no name of an action' 'usage: launch.ps1 <action> [argument...]'
    }
    $machine = [string] [Runtime.InteropServices.RuntimeInformation]::OSArchitecture
    $target = @{ X64 = 'x86_64-pc-windows-msvc'; Arm64 = 'aarch64-pc-windows-msvc' }[$machine]
    if (-not $IsWindows) { Stop-Launch 'launch.ps1 is for Windows' 'run launch.sh' }

    $manifest = $null
    $binary = $null
    try {
        $manifest = ConvertFrom-Json -AsHashtable ([IO.File]::ReadAllText("$PSScriptRoot/manifest.json"))
        $version = [string] $manifest['version']
        $state = [string] $manifest['state']
        $commit = $manifest['source_commit']
        $binaries = $manifest['binaries']
        $sound = $version -cmatch '\A[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?\z' -and $manifest.Count -eq 4
        if ($state -ceq 'development') {
            $sound = $sound -and $null -eq $commit -and $binaries.Count -eq 0
        } else {
            $sound = $sound -and $state -ceq 'release' -and $commit -cmatch '\A[0-9a-f]{40}\z'
        }
        $known = $binaries.Contains($action)
        if ($known -and $target) { $binary = $binaries[$action][$target] }
        $url = ''; $sha256 = ''; $size = [long] 0
        if ($null -ne $binary) {
            $url = [string] $binary['url']; $sha256 = [string] $binary['sha256']; $size = [long] $binary['size']
            $sound = $sound -and $sha256 -cmatch '\A[0-9a-f]{64}\z' -and $size -gt 0 -and
                $url -cmatch '\Ahttps?://(\[::1\])?[0-9A-Za-z._~:/%+-]+\z'
        }
    } catch {
        $sound = $false
    }
    if (-not $sound) {
        Stop-Launch "$PSScriptRoot/manifest.json cannot be read as the manifest of a release" (
            'check the action out again; in the repository, cargo xtask manifest --development writes it anew')
    }

    # Where the caller, or a build in this checkout, offers a program: $named is binding, $built is not.
    $named = ''
    if ($env:GATEWRIGHT_BIN_DIR) { $named = [IO.Path]::GetFullPath("$env:GATEWRIGHT_BIN_DIR/$action.exe") }
    $built = ''
    foreach ($profileName in 'dist', 'release', 'debug') {
        $candidate = [IO.Path]::GetFullPath("$PSScriptRoot/../target/$profileName/$action.exe")
        if (-not [IO.File]::Exists($candidate)) { continue }
        if (-not $built -or [IO.File]::GetLastWriteTimeUtc($candidate) -gt [IO.File]::GetLastWriteTimeUtc($built)) {
            $built = $candidate
        }
    }

    if ($state -ceq 'development') {
        $program = if ($named) { $named } else { $built }
        if (-not $program) {
            Stop-Launch 'this checkout is no release, and it holds no build of this action' (
                "build it first: cargo build --release -p $action; or use a released tag")
        }
        if (-not [IO.File]::Exists($program)) {
            Stop-Launch "GATEWRIGHT_BIN_DIR is set, but there is no $program" (
                "build it first: cargo build --release -p $action; or unset GATEWRIGHT_BIN_DIR")
        }
        [Console]::Error.WriteLine((Get-Clean (
            "gatewright: $program is an unverified local build (dist/manifest.json has the state development)")))
        Start-Program $program
    }

    if (-not $known) {
        Stop-Launch "release $version has no action of this name" 'check the path in uses: and the tag behind it'
    }
    if ($null -eq $binary) {
        Stop-Launch "release $version has no program for this platform (Windows $machine)" (
            'run the job on Linux, macOS or Windows, on x86-64 or arm64')
    }
    if ($url -cnotmatch '\A(https://|http://(127\.0\.0\.1|localhost|\[::1\])[:/])') {
        Stop-Launch "$url is not an https address" 'dist/manifest.json is damaged: check the action out again'
    }

    $temp = [string] $env:RUNNER_TEMP
    if (-not [IO.Path]::IsPathFullyQualified($temp)) { $temp = [IO.Path]::GetTempPath() }
    $private = [IO.Path]::Combine($temp, "gatewright-$action." + [Guid]::NewGuid().ToString('N'))
    [void] [IO.Directory]::CreateDirectory($private)
    $copy = [IO.Path]::Combine($private, "$action.exe")

    if ($named) {
        if (-not (Test-Candidate $named)) {
            Stop-Launch "$named is not the program of release ${version}: expected sha256 $sha256, found $found" (
                'unset GATEWRIGHT_BIN_DIR, or put the program of this release there')
        }
        Start-Program $copy
    }
    if ($built) {
        if (Test-Candidate $built) { Start-Program $copy }
        Write-Said 'warning' "$built is not the program of release $version (found sha256 $found) and was passed over" (
            'unverified builds run only where dist/manifest.json has the state development')
    }

    $cache = ''
    $tools = [string] $env:RUNNER_TOOL_CACHE
    if ([IO.Path]::IsPathFullyQualified($tools)) {
        $cache = [IO.Path]::Combine($tools, "gatewright-$action", $version, @{ X64 = 'x64'; Arm64 = 'arm64' }[$machine])
    }
    if ($cache -and [IO.File]::Exists("$cache.complete")) {
        $cached = [IO.Path]::Combine($cache, "$action.exe")
        if (Test-Candidate $cached) { Start-Program $copy }
        Write-Said 'warning' (
            "$cached is not the program of release $version (expected sha256 $sha256, found $found) and is replaced") (
            'if this comes back, find out who writes to the tool cache')
    }

    $why = Get-Release
    if ($why) {
        Stop-Launch "$url could not be fetched: $why" (
            "without a network, put that file (sha256 $sha256) into a folder as $action.exe and set GATEWRIGHT_BIN_DIR to it")
    }
    if ($cache) { Save-Release $cache }
    Start-Program $copy
} catch {
    Stop-Launch "the program could not be started: $_" 'look at the line above; the launcher is dist/launch.ps1'
} finally {
    if ($private) { try { [IO.Directory]::Delete($private, $true) } catch { $private = '' } }
}
