/** What runs inside the registry's own process: nothing here may need a library. */
package dev.dolly.local.registry;
