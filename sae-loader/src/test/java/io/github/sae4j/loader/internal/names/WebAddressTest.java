package io.github.sae4j.loader.internal.names;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.sae4j.loader.SaeLoadException;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Addresses as Python and browsers write them, and ids of Neuronpedia: which SAE they mean, and which mean none. */
class WebAddressTest {

    @ParameterizedTest
    @CsvSource({
        "hf://owner/name, owner/name",
        "hf://owner/name/, owner/name",
        "hf://owner/name/a/b, owner/name:a/b",
        "HF://owner/name@v1/a, owner/name:a@v1",
        "hf://owner/name@refs/pr/1/a, owner/name:a@refs/pr/1",
        "hf://owner/name@refs%2Fpr%2F1/a, owner/name:a@refs/pr/1",
        "hf://owner/name/a/cfg.json, owner/name:a",
        "hf://owner/name/a/sae_weights.safetensors, owner/name:a",
    })
    void readsWhatPythonWrites(String address, String canonical) {
        assertThat(SaeAddress.parse(address)).isEqualTo(SaeAddress.parse(canonical));
    }

    @ParameterizedTest
    @CsvSource({
        "https://huggingface.co/owner/name, owner/name",
        "' https://huggingface.co/owner/name/ ', owner/name",
        "http://www.huggingface.co:80/owner/name, owner/name",
        "https://hf.co/owner/name?library=saelens#use, owner/name",
        "https://huggingface.co/owner/name/tree/main, owner/name@main",
        "https://huggingface.co/owner/name/tree/main/a/b, owner/name:a/b@main",
        "https://huggingface.co/owner/name/tree/refs%2Fpr%2F1/a, owner/name:a@refs/pr/1",
        "https://huggingface.co/owner/name/tree/refs/pr/1/a, owner/name:a@refs/pr/1",
        "https://huggingface.co/owner/name/tree/v1/a%20b+c, owner/name:a b+c@v1",
        "https://huggingface.co/owner/name/blob/main/cfg.json, owner/name@main",
        "https://huggingface.co/owner/name/blob/main/a/cfg.json, owner/name:a@main",
        "https://huggingface.co/owner/name/resolve/main/a/sae_weights.safetensors?download=true, owner/name:a@main",
        "https://huggingface.co/owner/name/blob/main/a/checkpoints/final.safetensors, owner/name:a@main",
        "https://huggingface.co/owner/name/blob/main/layer3.sae.pt, owner/name:layer3.sae.pt@main",
    })
    void readsPagesOfTheHub(String address, String canonical) {
        SaeAddress read = SaeAddress.parse(address);

        assertThat(read).hasToString(canonical);
        assertThat(read.server()).isEqualTo("huggingface.co");
    }

    @Test
    void takesAFileForTheSaeThatTheRegistryKnowsIt() {
        assertThat(SaeAddress.parse("hf://mwhanna/qwen3-0.6b-transcoders-lowl0/layer_3.safetensors"))
                .hasToString("mwhanna/qwen3-0.6b-transcoders-lowl0:layer_3.safetensors");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gpt2-small/8-res-jb",
                "gpt2-small/8-res-jb/1234",
                "https://www.neuronpedia.org/gpt2-small/8-res-jb",
                "https://neuronpedia.org/gpt2-small/8-res-jb/1234?embed=true#top",
            })
    void readsIdsOfNeuronpedia(String id) {
        assertThat(SaeAddress.parse(id)).isEqualTo(SaeAddress.parse("gpt2-small-res-jb:blocks.8.hook_resid_pre"));
    }

    @Test
    void givesAnIdOfNeuronpediaARevisionAsAnyName() {
        assertThat(SaeAddress.parse("gpt2-small/8-res-jb@v1"))
                .isEqualTo(SaeAddress.parse("gpt2-small-res-jb:blocks.8.hook_resid_pre@v1"));
    }

    @Test
    void takesARepositoryThatIsCalledLikeAnIdByItsColonOrItsScheme() {
        assertThat(SaeAddress.parse("gpt2-small/8-res-jb:")).hasToString("gpt2-small/8-res-jb");
        assertThat(SaeAddress.parse("hf://gpt2-small/8-res-jb")).hasToString("gpt2-small/8-res-jb");
        assertThat(SaeAddress.parse("gpt2-small/8-res-j")).hasToString("gpt2-small/8-res-j");
    }

    @Test
    void namesTheNearestIdsOfNeuronpedia() {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse("https://www.neuronpedia.org/gpt2-small/8-res-j"))
                .withMessageStartingWith(
                        "No SAE is known whose id on Neuronpedia is \"gpt2-small/8-res-j\". Known are ")
                .withMessageContaining("the nearest are: gpt2-small/8-res-jb, ")
                .withMessageEndingWith("If you know where its files are, name it as owner/name:folder.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "s3://bucket/a|begins with s3://, but SAEs are found at hf:// and https:// addresses",
                "hf://owner|names no repository of a model",
                "hf://datasets/owner/name|names no repository of a model",
                "hf://owner/name@|no revision follows",
                "hf://own--er/name|is not the name of a repository",
                "https://|names no server",
                "https://user@huggingface.co/owner/name|names no server",
                "https://huggingface.co|is no folder of a repository of a model",
                "https://huggingface.co/datasets/owner/name|is no folder of a repository of a model",
                "https://huggingface.co/owner/name/discussions/1|is no folder of a repository of a model",
                "https://huggingface.co/owner/name/tree|is no folder of a repository of a model",
                "https://huggingface.co/owner/name/tree/main/a%2|a % in it is not followed by two hexadecimal digits",
                "https://www.neuronpedia.org/gpt2-small|names no SAE of Neuronpedia",
            })
    void refusesWhatIsNoSae(String address, String sentence) {
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> SaeAddress.parse(address))
                .withMessageContaining(sentence);
    }

    @Test
    void isForTheHubThatItNamesOnly() {
        SaeAddress page = SaeAddress.parse("https://HuggingFace.co/owner/name/tree/v1/a");

        assertThatNoException().isThrownBy(() -> page.requireAt(URI.create("https://huggingface.co")));
        assertThatNoException()
                .isThrownBy(() -> SaeAddress.parse("hf://owner/name").requireAt(URI.create("https://mirror.example")));
        assertThatExceptionOfType(SaeLoadException.class)
                .isThrownBy(() -> page.requireAt(URI.create("https://mirror.example")))
                .withMessage("The address of owner/name is one at huggingface.co, but the hub that is set is"
                        + " https://mirror.example. Set HF_ENDPOINT to the address of the hub that is meant, or write"
                        + " owner/name:a@v1, which means the one that is set.");
    }
}
