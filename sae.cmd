@echo off
rem Builds the sae command if that has not been done, and hands over to its start script. After a change of a source, build it again with
rem   mvn -B -Pquick -pl sae-cli -am package
setlocal
set "home=%~dp0"
set "target=%home%sae-cli\target"
set "mvn=mvn"
where mvn >nul 2>&1 || set "mvn=%home%mvnw.cmd"
if not exist "%target%\sae.classpath" (
  echo sae: building, as this is the first use ... 1>&2
  if not exist "%target%" mkdir "%target%"
  pushd "%home%"
  call "%mvn%" -B -q -Pquick -pl sae-cli -am package >"%target%\sae.build.log" 2>&1
  if errorlevel 1 (
    popd
    echo sae: The build failed; "%target%\sae.build.log" tells why. 1>&2
    exit /b 1
  )
  popd
)
set "jar="
for /f "delims=" %%j in ('dir /b /o-d "%target%\sae-cli-*.jar" ^| findstr /v /r "sources.jar$ javadoc.jar$"') do if not defined jar set "jar=%target%\%%j"
for /f "usebackq delims=" %%c in ("%target%\sae.classpath") do set "SAE_CLASS_PATH=%jar%;%%c"
set "SAE_LAUNCHER=%~f0"
rem Without call, which would take percent signs and carets of the arguments a second time.
"%home%sae-cli\src\main\scripts\sae.cmd" %*
