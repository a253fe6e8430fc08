// Entry of the build: one small file per concern under build/. The stages of the recipe are not listed here:
// they are registered from `zephyr plan --json`, so the pipeline has one definition.
#load "build/parameters.cake"
#load "build/native.cake"
#load "build/solution.cake"
#load "build/bundle.cake"
#load "build/pipeline.cake"

var parameters = BuildParameters.Parse(Context);

RegisterSolutionTasks(parameters);
RegisterBundleTask();
RegisterPipelineTasks(parameters);

RunTarget(parameters.Target);
