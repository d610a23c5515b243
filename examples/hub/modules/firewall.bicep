param location string
param prefix string
param vnetId string

resource address 'Microsoft.Network/publicIPAddresses@2024-05-01' = {
  name: 'pip-${prefix}-firewall'
  location: location
  sku: {
    name: 'Standard'
  }
  zones: ['1', '2', '3']
  properties: {
    publicIPAllocationMethod: 'Static'
  }
}

resource policy 'Microsoft.Network/firewallPolicies@2024-05-01' = {
  name: 'afwp-${prefix}'
  location: location
  properties: {
    sku: {
      tier: 'Standard'
    }
    threatIntelMode: 'Alert'
  }

  resource rules 'ruleCollectionGroups' = {
    name: 'platform'
    properties: {
      priority: 200
      ruleCollections: []
    }
  }
}

resource firewall 'Microsoft.Network/azureFirewalls@2024-05-01' = {
  name: 'afw-${prefix}'
  location: location
  zones: ['1', '2', '3']
  dependsOn: [policy::rules]
  properties: {
    sku: {
      name: 'AZFW_VNet'
      tier: 'Standard'
    }
    firewallPolicy: {
      id: policy.id
    }
    ipConfigurations: [
      {
        name: 'default'
        properties: {
          subnet: {
            id: '${vnetId}/subnets/AzureFirewallSubnet'
          }
          publicIPAddress: {
            id: address.id
          }
        }
      }
    ]
  }
}

output firewallId string = firewall.id
