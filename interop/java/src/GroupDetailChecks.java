package dev.sluice.interop;

import java.util.List;
import java.util.Map;

final class GroupDetailChecks {
    private final Contract.Checks checks = new Contract.Checks();

    GroupDetailChecks(String bootstrap) {
    }

    List<Map<String, String>> run() {
        return checks.rows;
    }
}
