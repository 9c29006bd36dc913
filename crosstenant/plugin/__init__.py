"""The provider plugin: the process that serves resources, functions and components to the engine."""
