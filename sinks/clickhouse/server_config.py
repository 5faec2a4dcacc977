"""The configuration of the embedded server: small, on this machine only, and nothing that writes on its own.

The caches and pools of a server that has a machine for itself are gigabytes; here it shares two cores with the worker,
and merges give way to whoever works in the same session (without CAP_SYS_NICE they do not).
"""

from pathlib import Path
from xml.sax.saxutils import escape

MEMORY = 1_000_000_000  # bytes; queries beyond it fail, the server does not. At work it keeps well under 600 MB

_CONFIG = """<clickhouse>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>{port}</tcp_port>
  <http_port>{http_port}</http_port>
  <path>{folder}/data/</path>
  <tmp_path>{folder}/data/tmp/</tmp_path>
  <logger>
    <level>warning</level>
    <log>{folder}/server.log</log>
    <errorlog>{folder}/server.err.log</errorlog>
    <size>10M</size>
    <count>2</count>
  </logger>
  <max_server_memory_usage>{memory}</max_server_memory_usage>
  <mark_cache_size>{cache}</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <index_mark_cache_size>{cache}</index_mark_cache_size>
  <background_pool_size>2</background_pool_size>
  <os_threads_nice_value_merge_mutate>10</os_threads_nice_value_merge_mutate>
  <background_schedule_pool_size>4</background_schedule_pool_size>
  <max_connections>64</max_connections>
  <mlock_executable>false</mlock_executable>
  <users_config>config.xml</users_config>
  <user_directories><users_xml><path>{folder}/config.xml</path></users_xml></user_directories>
  <profiles><default><poll_interval>1</poll_interval></default></profiles>
  <quotas><default></default></quotas>
  <users>
    <default>
      <password></password>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
    </default>
  </users>
</clickhouse>
"""


def config_xml(folder: Path, port: int, http_port: int, memory: int) -> str:
    """One file for the library, which reads part of it, and for a `clickhouse` binary."""
    return _CONFIG.format(folder=escape(str(folder)), port=port, http_port=http_port, memory=memory, cache=memory // 32)
