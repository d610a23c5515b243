param location string
param prefix string
param vnetId string
@minValue(1)
@maxValue(4)
param count int
param adminUsername string
@secure()
param adminPassword string
param domainName string

resource interfaces 'Microsoft.Network/networkInterfaces@2024-05-01' = [
  for n in range(1, count): {
    name: 'nic-${prefix}-dc${n}'
    location: location
    properties: {
      ipConfigurations: [
        {
          name: 'default'
          properties: {
            subnet: {
              id: '${vnetId}/subnets/identity'
            }
          }
        }
      ]
    }
  }
]

@batchSize(1)
resource controllers 'Microsoft.Compute/virtualMachines@2024-07-01' = [
  for n in range(1, count): {
    name: 'vm-${prefix}-dc${n}'
    location: location
    properties: {
      hardwareProfile: {
        vmSize: 'Standard_D2s_v5'
      }
      osProfile: {
        computerName: 'dc${n}'
        adminUsername: adminUsername
        adminPassword: adminPassword
      }
      storageProfile: {
        imageReference: {
          publisher: 'MicrosoftWindowsServer'
          offer: 'WindowsServer'
          sku: '2025-datacenter-azure-edition'
          version: 'latest'
        }
        osDisk: {
          createOption: 'FromImage'
        }
      }
      networkProfile: {
        networkInterfaces: [
          {
            id: interfaces[n - 1].id
          }
        ]
      }
    }
  }
]

@batchSize(1)
resource promotions 'Microsoft.Compute/virtualMachines/extensions@2024-07-01' = [
  for n in range(1, count): {
    parent: controllers[n - 1]
    name: 'promote'
    location: location
    properties: {
      publisher: 'Microsoft.Powershell'
      type: 'DSC'
      typeHandlerVersion: '2.83'
      autoUpgradeMinorVersion: true
      settings: {
        domainName: domainName
      }
    }
  }
]

output controllers array = [for n in range(0, count): controllers[n].id]
