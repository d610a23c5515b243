using 'hub.bicep'

param branchAddress = '203.0.113.7'
param controllerCount = 2

// Secrets come from the workflow: here as a variable of the step, and `vpnSharedKey` as its input `parameters`.
param adminPassword = readEnvironmentVariable('HUB_ADMIN_PASSWORD')
