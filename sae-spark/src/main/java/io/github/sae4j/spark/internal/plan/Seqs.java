package io.github.sae4j.spark.internal.plan;

import java.util.ArrayList;
import java.util.List;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** Scala's sequences, which Spark's plans are made of. */
public final class Seqs {

    private Seqs() {}

    /** Returns a list as a sequence that cannot be changed. */
    public static <T> Seq<T> of(List<? extends T> list) {
        List<T> copy = new ArrayList<>(list);
        return CollectionConverters.asScala(copy).toSeq();
    }

    /** Returns a sequence as a list of its own. */
    public static <T> List<T> list(scala.collection.Seq<? extends T> seq) {
        return new ArrayList<>(CollectionConverters.asJava(seq));
    }
}
