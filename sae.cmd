@echo off
rem Runs the sae command; among the sources, builds it first if that has not been done. After a change of a source, build it again with
rem   mvn -pl sae-cli -am package
rem JAVA_HOME or PATH gives Java (17 or newer); SAE_JAVA_OPTS adds options for it, for example -Xmx4g.
setlocal
set "home=%~dp0"
set "target=%home%sae-cli\target"
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
rem In a distribution this script lies in bin, beside lib with all jars.
set "classpath="
for %%d in ("%home%.") do if "%%~nxd"=="bin" if exist "%home%..\lib" set "classpath=%home%..\lib\*"
if not defined classpath if not exist "%target%\sae.classpath" (
  echo sae: building, as this is the first use ... 1>&2
  if not exist "%target%" mkdir "%target%"
  pushd "%home%"
  call mvn -B -q -Pquick -pl sae-cli -am package >"%target%\sae.build.log" 2>&1
  if errorlevel 1 (
    popd
    echo sae: The build failed; "%target%\sae.build.log" tells why. 1>&2
    exit /b 1
  )
  popd
)
set "jar="
if not defined classpath for /f "delims=" %%j in ('dir /b /o-d "%target%\sae-cli-*.jar" ^| findstr /v /r "sources.jar$ javadoc.jar$"') do if not defined jar set "jar=%target%\%%j"
if defined jar for /f "usebackq delims=" %%c in ("%target%\sae.classpath") do set "classpath=%jar%;%%c"
set "options=-Xms64m -Xmx1g -XX:+UseSerialGC"
rem Commands that run an SAE ask for the module of the vector kernel; Java says so in a line of its own.
set "vector="
for %%c in (encode decode reconstruct eval check features report info bench demo doctor) do if "%~1"=="%%c" set "vector=--add-modules jdk.incubator.vector -XX:+UseCountedLoopSafepoints -XX:LoopStripMiningIter=1000"
if defined vector (
  "%java%" --describe-module jdk.incubator.vector >nul 2>&1
  if errorlevel 1 set "vector="
)
if defined vector if %major% lss 19 set "vector=%vector% -Djdk.incubator.vector.VECTOR_ACCESS_OOB_CHECK=0"
if %major% geq 24 set "options=%options% --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
"%java%" %options% %vector% "-Dsae.launcher=%~f0" %SAE_JAVA_OPTS% -cp "%classpath%" io.github.sae4j.cli.SaeCommand %*
exit /b %errorlevel%
