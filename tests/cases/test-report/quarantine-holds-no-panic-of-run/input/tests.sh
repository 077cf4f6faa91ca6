cat <<'X'
{"Time":"2026-01-01T00:00:00Z","Action":"start","Package":"m/p"}
{"Time":"2026-01-01T00:00:00Z","Action":"run","Package":"m/p","Test":"TestB"}
{"Time":"2026-01-01T00:00:00Z","Action":"output","Package":"m/p","Test":"TestB","Output":"panic: boom [recovered]\n"}
{"Time":"2026-01-01T00:00:00Z","Action":"output","Package":"m/p","Test":"TestB","Output":"\n"}
{"Time":"2026-01-01T00:00:00Z","Action":"output","Package":"m/p","Test":"TestB","Output":"goroutine 7 [running]:\n"}
{"Time":"2026-01-01T00:00:00Z","Action":"output","Package":"m/p","Test":"TestB","Output":"m/p.TestB()\n"}
{"Time":"2026-01-01T00:00:00Z","Action":"fail","Package":"m/p","Test":"TestB","Elapsed":0}
{"Time":"2026-01-01T00:00:00Z","Action":"output","Package":"m/p","Output":"FAIL\tm/p\t0.01s\n"}
{"Time":"2026-01-01T00:00:00Z","Action":"fail","Package":"m/p","Elapsed":0.01}
X
exit 1
