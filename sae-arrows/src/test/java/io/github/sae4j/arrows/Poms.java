package io.github.sae4j.arrows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.SAXException;

/** What Maven is told of the project's modules. */
final class Poms {

    private static final Path ROOT = Path.of("..");
    private static final String GROUP = "io.github.sae4j";

    private Poms() {}

    /** Returns the modules of the build. */
    static List<String> modules() {
        return children(child(project(ROOT), "modules"), "module").stream()
                .map(Node::getTextContent)
                .toList();
    }

    /** Returns the modules of ours that a module depends on other than for its tests. */
    static List<String> dependencies(String module) {
        Element dependencies = child(project(ROOT.resolve(module)), "dependencies");
        return children(dependencies, "dependency").stream()
                .filter(dependency -> text(dependency, "groupId").equals(GROUP)
                        && !text(dependency, "scope").equals("test"))
                .map(dependency -> text(dependency, "artifactId"))
                .toList();
    }

    /** Returns whether others get a module. */
    static boolean isPublished(String module) {
        Element properties = child(project(ROOT.resolve(module)), "properties");
        return !text(properties, "maven.deploy.skip").equals("true");
    }

    private static Element project(Path folder) {
        try {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(folder.resolve("pom.xml").toFile())
                    .getDocumentElement();
        } catch (ParserConfigurationException | SAXException | IOException e) {
            throw new IllegalStateException(folder + ": its pom.xml cannot be read", e);
        }
    }

    private static Element child(Element parent, String name) {
        return children(parent, name).stream()
                .findFirst()
                .orElse(parent.getOwnerDocument().createElement(name));
    }

    private static String text(Element parent, String name) {
        return child(parent, name).getTextContent();
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
            if (node instanceof Element element && element.getTagName().equals(name)) {
                found.add(element);
            }
        }
        return found;
    }
}
