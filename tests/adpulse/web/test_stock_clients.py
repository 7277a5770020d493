"""Clients that others wrote are understood: Java, curl, node and httpx."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.patience import PATIENCE_S

JAVA = """
import java.net.URI;
import java.net.http.*;
public class Ask {
  public static void main(String[] arguments) throws Exception {
    var client = HttpClient.newHttpClient();
    for (int turn = 0; turn < 2; turn++) {
      var request = HttpRequest.newBuilder(URI.create(arguments[0] + "/events"))
        .POST(HttpRequest.BodyPublishers.ofString("{}")).build();
      System.out.println(client.send(request, HttpResponse.BodyHandlers.ofString()).body());
    }
  }
}
"""
NODE = """
(async () => { for (let turn = 0; turn < 2; turn++) {
  const reply = await fetch(process.argv[1] + "/events", {method: "POST", body: "{}"});
  console.log(await reply.text());
}})();
"""


@pytest.fixture
def java(tmp_path: Path) -> list[str]:
    path = tmp_path / "Ask.java"
    path.write_text(JAVA)
    return ["java", str(path)]


@pytest.mark.parametrize("name", ["java", "curl", "node"])
async def test_stock_clients_are_understood(port: int, name: str, java: list[str]) -> None:
    """Java's HttpClient and `curl --http2` offer to upgrade with every request; bodies arrive all the same."""
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not here")
    url = f"http://127.0.0.1:{port}"
    if name == "java" and (await run("java", "-version"))[0]:
        pytest.skip("no working Java is here")
    ask = ["-sS", "--http2", "-d", "{}", f"{url}/events"]
    command = {"java": [*java, url], "curl": ["curl", *ask, "--next", *ask], "node": ["node", "-e", NODE, url]}[name]
    status, output = await run(*command)
    assert status == 0, output
    decoder = json.JSONDecoder()
    documents, rest = [], output.strip()
    while rest:
        document, stop = decoder.raw_decode(rest)
        documents.append(document)
        rest = rest[stop:].strip()
    assert [(each["method"], each["body"]) for each in documents] == [("POST", "{}")] * 2


async def run(*command: str) -> tuple[int, str]:
    """Exit status and output, while the server in this process goes on."""
    process = await asyncio.create_subprocess_exec(
        *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    async with asyncio.timeout(PATIENCE_S):
        output, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode()


async def test_httpx_is_understood(port: int) -> None:
    """Requests of httpx are understood, with HTTP/2 offered where its part of httpx is installed."""
    pytest.importorskip("h2", reason="httpx has no HTTP/2 here")
    async with httpx.AsyncClient(http2=True, base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(2):
            assert (await client.post("/events", content=b"{}")).json()["body"] == "{}"
