package dev.dolly.hub;

/** What a repository holds, and so under which addresses a hub has it. */
public enum RepoType {
  MODEL("api/models/", ""),
  DATASET("api/datasets/", "datasets/");

  private final String api;
  private final String files;

  RepoType(String api, String files) {
    this.api = api;
    this.files = files;
  }

  /** Before a repository's name, in the address of what is known of it. */
  String api() {
    return api;
  }

  /** Before a repository's name, in the addresses of its files. */
  String files() {
    return files;
  }
}
