# shellcheck shell=bash
# For run and measure: Spark's jars, ours, and a cluster on the loopback interface.

cluster=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$cluster/../.." && pwd)
kept=$root/sae-spark/target/cluster
cache=${MAVEN_REPO_LOCAL:-$HOME/.m2/repository}
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
name=sae-spark/cluster/$(basename "$0")
fixtures=$root/src-test-fixtures/target/classes
libraries=$kept/libraries

work=$(mktemp -d)
pids=()
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say() { echo "$name: $*" >&2; }

fail() {
    say "$*"
    exit 1
}

# Ends every process that was started, executors among them, and waits until they are gone.
stop() {
    local status=$? pid
    trap - EXIT
    for pid in ${pids[@]+"${pids[@]}"}; do pids+=($(pgrep -P "$pid" || true)); done
    kill ${pids[@]+"${pids[@]}"} 2> /dev/null || true
    for ((i = 0; i < 50; i++)); do
        kill -0 ${pids[@]+"${pids[@]}"} 2> /dev/null || break
        sleep 0.2
    done
    kill -9 ${pids[@]+"${pids[@]}"} 2> /dev/null || true
    if [ "$status" -ne 0 ] && [ -n "${keep_logs:-}" ]; then say "the logs are in $work"; else rm -rf "$work"; fi
    exit "$status"
}

# A folder like that of Spark's distribution, as far as jobs need it: jars/ with links to what Maven has.
spark_home() { # VERSION [GSON]
    local gson=2.11.0
    case $1 in 3.*) gson=2.2.4 ;; esac
    gson=${2:-$gson}
    export SPARK_HOME=$kept/spark-$1-gson-$gson SPARK_SCALA_VERSION=2.13
    [ -f "$SPARK_HOME/classpath" ] && [ -z "$(find -L "$SPARK_HOME/jars" -type l)" ] && return
    say "the jars of Spark $1"
    rm -rf "$SPARK_HOME"
    mkdir -p "$SPARK_HOME/jars"
    mvn -B -q -f "$cluster/spark/pom.xml" -Dspark.version="$1" -Dgson.version="$gson" -Dmaven.repo.local="$cache" \
        dependency:build-classpath -Dmdep.outputFile="$SPARK_HOME/classpath.new"
    tr : '\n' < "$SPARK_HOME/classpath.new" | while read -r jar; do ln -s "$jar" "$SPARK_HOME/jars/"; done
    mv "$SPARK_HOME/classpath.new" "$SPARK_HOME/classpath"
}

# The jars that a job brings along, in $libraries: sae-spark and what it needs, as somebody else's project gets them.
# Published, into a folder, and resolved again when a source has changed.
build_libraries() {
    if [ -f "$libraries.built" ] && [ -z "$(cd "$root" && find pom.xml ./*/pom.xml ./*/src/main -newer "$libraries.built" -print -quit)" ]; then
        return
    fi
    say "publishing sae-spark into a folder"
    mkdir -p "$kept"
    touch "$libraries.building"
    rm -rf "$kept/published" "$kept/repository/io/github/sae4j" "$libraries"
    (cd "$root" && mvn -B -q -Pquick deploy -pl bom,sae-spark,src-test-fixtures -am -Denforcer.skip -Dmaven.install.skip \
        -DaltDeploymentRepository="published::file://$kept/published")
    local version
    version=$(basename "$(find "$kept/published/io/github/sae4j/sae-spark" -mindepth 1 -maxdepth 1 -type d)")
    mvn -B -q -f "$cluster/libraries/pom.xml" -Dmaven.repo.local="$kept/repository" -Dcache.url="file://$cache" \
        -Dpublished.url="file://$kept/published" -Dsae4j.version="$version" \
        dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$libraries"
    if ls "$libraries" | grep -E '^(spark|scala|hadoop)-' >&2; then
        fail "sae-spark must not bring the jars above, as a cluster has them"
    fi
    mv "$libraries.building" "$libraries.built"
}

# Compiles the programs of this folder and an example into $work/app.jar.
compile() { # EXAMPLE.java or EXAMPLE.scala
    local behind="$SPARK_HOME/jars/*:$libraries/*:$fixtures"
    mkdir -p "$work/classes"
    "${java}c" -d "$work/classes" -cp "$behind" "$cluster"/java/*.java
    case $1 in
        *.java) "${java}c" -d "$work/classes" -cp "$behind" "$1" ;;
        *.scala)
            local scala core
            scala=$(basename "$SPARK_HOME"/jars/scala-library-*.jar .jar)
            core=$(basename "$SPARK_HOME"/jars/spark-core_*.jar .jar)
            mvn -B -q -f "$cluster/spark/pom.xml" -Pscala -Dscala.version="${scala#scala-library-}" -Dgson.version=2.11.0 \
                -Dspark.version="${core##*-}" -Dmaven.repo.local="$cache" \
                dependency:build-classpath -Dmdep.outputFile="$work/scala.classpath"
            "$java" -cp "$(cat "$work/scala.classpath")" scala.tools.nsc.Main -nowarn -d "$work/classes" -cp "$behind" "$1"
            ;;
    esac
    cp -R "$fixtures/io" "$work/classes/"
    (cd "$work/classes" && jar cf "$work/app.jar" .)
}

# What bin/spark-class of the distribution does: asks Spark for the command line, and becomes it.
spark_class() {
    local words=() word command=$work/command.$BASHPID
    "$java" -cp "$SPARK_HOME/jars/*" org.apache.spark.launcher.Main "$@" > "$command"
    {
        read -r
        while IFS= read -r -d '' word; do words+=("$word"); done
    } < "$command"
    exec "${words[@]}"
}

# Starts a process whose id is then the last of $pids, and whose output is in $work/NAME.log.
start() { # NAME CLASS [ARGUMENT …]
    spark_class "${@:2}" > "$work/$1.log" 2>&1 &
    pids+=($!)
    disown
}

wait_for() { # NAME COUNT PATTERN: until so many lines of the log of a process have it
    for ((i = 0; i < 300; i++)); do
        [ "$(grep -cE "$3" "$work/$1.log")" -ge "$2" ] && return
        kill -0 "${pids[@]: -1}" 2> /dev/null || break
        sleep 0.2
    done
    cat "$work/$1.log" >&2
    fail "$1 does not start"
}

# One master and two workers with one core each, where the loopback interface has several addresses as two hosts: Spark does
# not do a task a second time on the same host. Jobs of $work/conf run with the vector module.
start_cluster() {
    export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS=$work/local SPARK_CONF_DIR=$work/conf SPARK_DAEMON_MEMORY=256m
    mkdir "$work/conf"
    cat > "$work/conf/spark-defaults.conf" << END
spark.ui.enabled                  false
spark.driver.host                 127.0.0.1
spark.driver.memory               1g
spark.executor.memory             2g
spark.driver.extraJavaOptions     --add-modules=jdk.incubator.vector -Dai.djl.offline=true
spark.executor.extraJavaOptions   --add-modules=jdk.incubator.vector -Dai.djl.offline=true
# Each file is a task.
spark.sql.files.openCostInBytes   1g
spark.sql.files.maxPartitionBytes 1g
END
    start master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port 0 --webui-port 0
    wait_for master 1 'Starting Spark master at'
    master=$(grep -om1 'spark://127.0.0.1:[0-9]*' "$work/master.log")
    local n host
    for n in 1 2; do
        host=127.0.0.1
        case $(uname) in Linux) host=127.0.0.$n ;; esac
        SPARK_LOCAL_IP=$host start "worker$n" org.apache.spark.deploy.worker.Worker --host "$host" --webui-port 0 -c 1 -m 2g -d "$work/worker$n" "$master"
    done
    workers=("${pids[@]: -2}")
    wait_for master 2 'Registering worker'
}

# Runs a class as spark-submit does; Spark's jars come first, as always.
submit() { # MASTER NAME CLASS [ARGUMENT …]
    local jars
    jars=$(printf ',%s' "$libraries"/*.jar)
    (
        cd "$work"
        spark_class org.apache.spark.deploy.SparkSubmit --master "$1" --conf spark.extraListeners=Progress \
            --jars "${jars:1}" --class "$3" "$work/app.jar" "${@:4}"
    ) > "$work/$2.out" 2> "$work/$2.err" || {
        tail -60 "$work/$2.err" >&2
        fail "the job '$2' ended with an error"
    }
}

# The same without Spark, from Parquet to Parquet, with as many threads as the cluster has cores.
sae_encode() { # INPUT.parquet SAE OUTPUT.parquet
    "$root/sae" encode "$1" --tensor activation --sae "$2" --out "$3" --threads 2 2> "$work/encode.err" || {
        cat "$work/encode.err" >&2
        fail "sae encode ended with an error"
    }
}
