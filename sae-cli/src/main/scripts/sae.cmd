@echo off
rem Runs the sae command: in a distribution the jars in lib beside bin, else those that SAE_CLASS_PATH names.
rem JAVA_HOME or PATH gives Java (17 or newer); SAE_JAVA_OPTS adds options for it, for example -Xmx4g.
setlocal
if not defined SAE_CLASS_PATH set "SAE_CLASS_PATH=%~dp0..\lib\*"
if not defined SAE_LAUNCHER set "SAE_LAUNCHER=%~f0"
set "java=java"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
"%java%" -version >nul 2>&1
if errorlevel 1 (
  echo sae: Java was not found; install Java 17 or newer, or set JAVA_HOME. 1>&2
  exit /b 1
)
set "version="
for /f "tokens=3" %%v in ('call "%java%" -version 2^>^&1 ^| findstr /c:" version "') do if not defined version set "version=%%~v"
for /f "delims=.-+" %%m in ("%version%") do set "major=%%m"
if %major% lss 17 (
  echo sae: Java 17 or newer is needed, but this is version %version%. 1>&2
  exit /b 1
)
rem What each option is for stands in the script for bash beside this one.
set "options=-Xms64m -Xmx1g -XX:+UseSerialGC -XX:+UseCountedLoopSafepoints -XX:LoopStripMiningIter=1000"
set "options=%options% --add-exports java.base/jdk.internal.module=ALL-UNNAMED"
if %major% lss 19 set "options=%options% -Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
if %major% geq 24 set "options=%options% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
"%java%" %options% "-Dsae.launcher=%SAE_LAUNCHER%" %SAE_JAVA_OPTS% -cp "%SAE_CLASS_PATH%" io.github.sae4j.cli.SaeCommand %*
exit /b %errorlevel%
