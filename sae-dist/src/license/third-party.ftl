What is in lib beside sae4j itself, and under which licence. Apache-2.0 is the text in LICENSE; the others are in licences.

<#list dependencyMap as entry>
<#assign p = entry.getKey()/>
<#assign licences = entry.getValue()?join(" or ")/>
<#if p.artifactId == "pytorch-native-cpu">
<#assign licences = "BSD-3-Clause: licences/libtorch.txt; with libgomp, GPL-3.0-or-later WITH GCC-exception-3.1: licences/libgomp.txt"/>
<#elseif p.artifactId == "zstd-jni">
<#assign licences = "BSD-2-Clause; with Zstandard, BSD-3-Clause: licences/zstd-jni.txt"/>
<#elseif p.artifactId?starts_with("jline")>
<#assign licences = "BSD-3-Clause: licences/jline.txt"/>
<#elseif p.artifactId == "jts-core">
<#assign licences = "EPL-2.0 OR EDL-1.0, here EDL-1.0: licences/jts.txt"/>
<#elseif p.artifactId == "snappy-java">
<#assign licences = "Apache-2.0; with Snappy, BSD-3-Clause: licences/snappy.txt"/>
<#elseif p.artifactId == "jna">
<#assign licences = "Apache-2.0 OR LGPL-2.1-or-later, here Apache-2.0"/>
<#elseif p.artifactId == "progressbar" || p.artifactId == "uplot">
<#assign licences = "MIT: licences/" + p.artifactId + ".txt"/>
<#elseif p.artifactId?starts_with("slf4j")>
<#assign licences = "MIT: licences/slf4j.txt"/>
<#elseif licences?lower_case?contains("apache")>
<#assign licences = "Apache-2.0"/>
</#if>
${p.artifactId} ${p.version}
    ${licences}
</#list>

libtorch (libtorch.so, libtorch_cpu.so, libc10.so) is PyTorch's native part, as DJL packs it. It holds parts of others in turn,
such as oneDNN, XNNPACK, sleef, fbgemm and Intel's Math Kernel Library, whose licences are with PyTorch's source:
https://github.com/pytorch/pytorch/tree/v2.7.1. libgomp is a file of its own beside it, and is used as it is.
